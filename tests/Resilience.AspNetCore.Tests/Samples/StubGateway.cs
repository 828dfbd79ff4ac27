using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Resilience.AspNetCore.Tests.Samples;

/// <summary>A gateway that counts what reaches it and answers as it is told to.</summary>
internal sealed class StubGateway : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _requests;

    private StubGateway(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    public int Requests => Volatile.Read(ref _requests);

    /// <param name="answer">Answers one request; its token is cancelled when the caller has gone.</param>
    public static async Task<StubGateway> StartAsync(Func<HttpContext, CancellationToken, Task> answer)
    {
        var builder = WebApplication.CreateBuilder(["--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=None"]);
        var app = builder.Build();
        var stub = new StubGateway(app);
        app.Run(context =>
        {
            Interlocked.Increment(ref stub._requests);
            return answer(context, context.RequestAborted);
        });
        await app.StartAsync();
        return stub;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

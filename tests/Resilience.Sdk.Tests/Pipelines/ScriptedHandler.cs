using System.Net;

namespace Resilience.Sdk.Tests.Pipelines;

/// <summary>A server in a handler: answers each request by a script and remembers what it got.</summary>
internal sealed class ScriptedHandler(Func<int, HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
{
    private int _calls;

    public int Calls => Volatile.Read(ref _calls);

    public List<string> Bodies { get; } = [];

    public List<string?> Deadlines { get; } = [];

    public static ScriptedHandler Of(params HttpStatusCode[] codes) =>
        new((call, _, _) => Task.FromResult(new HttpResponseMessage(codes[Math.Min(call, codes.Length - 1)])));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = Interlocked.Increment(ref _calls) - 1;
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        lock (Bodies)
        {
            Bodies.Add(body);
            Deadlines.Add(request.Headers.TryGetValues("X-Dr-Timeout-Ms", out var values) ? values.Single() : null);
        }

        return await answer(call, request, cancellationToken);
    }
}

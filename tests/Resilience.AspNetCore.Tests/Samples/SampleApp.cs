using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using PaymentService;
using Simulators;

namespace Resilience.AspNetCore.Tests.Samples;

/// <summary>A sample behind a real server on a free port, because chunks, broken headers and aborted connections are part of its contract.</summary>
internal sealed class SampleApp : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string? _ownFile;

    private SampleApp(WebApplication app, string? ownFile)
    {
        _app = app;
        _ownFile = ownFile;
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Http { get; }

    public string Address => _app.Urls.First();

    public T Service<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public static async Task<SampleApp> StartSimulatorsAsync(params string[] settings)
    {
        var builder = WebApplication.CreateBuilder([.. Arguments, .. settings]);
        builder.AddSimulators();
        var app = builder.Build();
        app.MapSimulators();
        await app.StartAsync();
        return new SampleApp(app, ownFile: null);
    }

    public static async Task<SampleApp> StartPaymentsAsync(params string[] settings)
    {
        var file = Path.Combine(Path.GetTempPath(), $"payments-{Guid.NewGuid():N}.db");
        var builder = WebApplication.CreateBuilder([.. Arguments, $"--Embedded:Path={file}", .. settings]);
        builder.AddPaymentService();
        var app = builder.Build();
        app.UseDrResilience();
        app.MapPaymentService();
        await app.StartAsync();
        return new SampleApp(app, file);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        if (_ownFile is not null)
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            foreach (var file in Directory.GetFiles(Path.GetDirectoryName(_ownFile)!, Path.GetFileName(_ownFile) + "*"))
            {
                File.Delete(file);
            }

            Directory.Delete(_ownFile + ".journal", recursive: true);
        }
    }

    private static string[] Arguments => ["--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=None"];
}

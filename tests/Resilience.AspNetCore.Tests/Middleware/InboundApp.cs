using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Resilience.Pipelines.Bulkhead;
using Resilience.Pipelines.Inbound;
using Resilience.TestKit;

namespace Resilience.AspNetCore.Tests.Middleware;

/// <summary>An application behind <c>UseDrResilience</c>, on a clock that stands still. <c>/hold</c> keeps its permit until released.</summary>
internal sealed class InboundApp : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private InboundApp(WebApplication app) => _app = app;

    public ManualTimeProvider Time => (ManualTimeProvider)_app.Services.GetRequiredService<TimeProvider>();

    public InboundGate Gate => _app.Services.GetRequiredService<InboundGate>();

    public IConfigurationRoot Configuration => (IConfigurationRoot)_app.Services.GetRequiredService<IConfiguration>();

    public string Address => _app.Urls.First();

    public LimiterSnapshot Permits => Gate.Limiter.Snapshot();

    /// <param name="settings">Below <c>DrResilience:Inbound</c>.</param>
    /// <param name="map">Adds endpoints.</param>
    /// <param name="services">Adds services.</param>
    /// <param name="kestrel">A real server on a free port instead of the one in memory.</param>
    public static async Task<InboundApp> StartAsync(
        Dictionary<string, string?> settings, Action<WebApplication>? map = null, Action<IServiceCollection>? services = null, bool kestrel = false)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        if (kestrel)
        {
            builder.WebHost.UseUrls("http://127.0.0.1:0");
        }
        else
        {
            builder.WebHost.UseTestServer();
        }

        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"DrResilience:Inbound:{setting.Key}", setting.Value)));
        builder.Services.AddSingleton<TimeProvider>(new ManualTimeProvider());
        builder.AddDrResilience();
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseDrResilience();
        app.MapDrHealth();
        var inbound = new InboundApp(app);
        app.MapGet("/hold", async (HttpContext context) => await inbound._release.Task.WaitAsync(context.RequestAborted));
        app.MapGet("/", () => "hello");
        map?.Invoke(app);
        await app.StartAsync();
        return inbound;
    }

    public static Dictionary<string, string?> Limit(int permits, int queue = 0) => new(StringComparer.Ordinal)
    {
        ["Bulkhead:Mode"] = "Fixed",
        ["Bulkhead:PermitLimit"] = $"{permits}",
        ["Bulkhead:QueueLimit"] = $"{queue}",
    };

    public HttpClient Client() => _app.GetTestClient();

    /// <summary>Takes permits with requests that run until <see cref="Release"/>.</summary>
    public async Task<Task[]> HoldAsync(int permits, HttpClient client)
    {
        var before = Permits.InUse;
        var requests = Enumerable.Range(0, permits).Select(_ => (Task)client.GetAsync("/hold")).ToArray();
        await UntilAsync(permit => permit.InUse == before + permits);
        return requests;
    }

    public Task UntilAsync(Func<LimiterSnapshot, bool> condition) =>
        Eventually.UntilAsync(() => condition(Permits), () => $"the limiter is {Permits}", default);

    public void Release() => _release.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        Release();
        await _app.DisposeAsync();
    }
}

using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Health;

/// <summary>An application on a real server, with a management listener.</summary>
internal sealed class ProbedApp : IAsyncDisposable
{
    private const int HeldByTheTestHost = 4;

    private ProbedApp(WebApplication app, int managementPort)
    {
        App = app;
        Management = new IPEndPoint(IPAddress.Loopback, managementPort);
    }

    public WebApplication App { get; }

    public IPEndPoint Main => new(IPAddress.Loopback, new Uri(App.Urls.First()).Port);

    public IPEndPoint Management { get; }

    /// <param name="settings">Below <c>DrResilience</c>.</param>
    /// <param name="configure">Adds services.</param>
    public static async Task<ProbedApp> StartAsync(IEnumerable<(string Key, string Value)> settings, Action<WebApplicationBuilder>? configure = null)
    {
        LeaveThreads();
        var port = FreePort.Reserve();
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(settings
            .Append(("Health:ManagementPort", port.ToString(CultureInfo.InvariantCulture)))
            .Select(setting => KeyValuePair.Create($"DrResilience:{setting.Item1}", (string?)setting.Item2)));
        builder.AddDrResilience();
        configure?.Invoke(builder);
        var app = builder.Build();
        app.UseDrResilience();
        app.MapDrHealth();
        await app.StartAsync();
        return new ProbedApp(app, port);
    }

    public ValueTask DisposeAsync() => App.DisposeAsync();

    /// <summary>
    /// The test host keeps a few threads of the pool waiting for its own ends. On two cores these are all that the pool starts
    /// with, so that it stalls again and again for half a second, whatever the application does.
    /// </summary>
    private static void LeaveThreads()
    {
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, Environment.ProcessorCount + HeldByTheTestHost), ports);
    }
}

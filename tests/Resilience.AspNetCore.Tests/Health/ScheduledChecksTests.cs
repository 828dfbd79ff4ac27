using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Resilience.Health;
using Resilience.Pipelines;
using Resilience.TestKit;

namespace Resilience.AspNetCore.Tests.Health;

/// <summary>Checks of the application and probes of HTTP dependencies, from configuration to the probes' answers.</summary>
public sealed class ScheduledChecksTests
{
    private const string Fast = "00:00:00.1";

    [Fact]
    public async Task RegisteredCheck_NeverHealthy_Waits_ThenReady_ThenDegradedNotUnready()
    {
        var status = HealthStatus.Unhealthy;
        await using var app = await StartAsync(services => services.AddHealthChecks().AddCheck("queue", () => new HealthCheckResult(status)));

        await UntilReadyIsAsync(app, HttpStatusCode.ServiceUnavailable, "waiting");
        status = HealthStatus.Healthy;
        await UntilReadyIsAsync(app, HttpStatusCode.OK, "ready");
        status = HealthStatus.Unhealthy;
        await UntilReadyIsAsync(app, HttpStatusCode.OK, "degraded");
        status = HealthStatus.Degraded;
        await UntilReadyIsAsync(app, HttpStatusCode.OK, "degraded");
        status = HealthStatus.Healthy;
        await UntilReadyIsAsync(app, HttpStatusCode.OK, "ready");
    }

    [Fact]
    public async Task RegisteredCheck_FailReady_TakesOutOfServiceAndBack()
    {
        var status = HealthStatus.Healthy;
        await using var app = await StartAsync(
            services => services.AddHealthChecks().AddCheck("disk", () => new HealthCheckResult(status)),
            ("Health:Checks:disk:FailReady", "true"),
            ("Health:Checks:disk:FailReadyAfter", "00:00:00"),
            ("Health:Checks:disk:HoldOff", "00:00:00"),
            ("Health:Checks:disk:Interval", Fast),
            ("Health:Checks:disk:MaxInterval", Fast));
        await UntilReadyIsAsync(app, HttpStatusCode.OK, "ready");

        status = HealthStatus.Unhealthy;
        await UntilReadyIsAsync(app, HttpStatusCode.ServiceUnavailable, "not-ready");
        Assert.Equal("disk", (await DetailAsync(app)).GetProperty("reasons")[0].GetString());
        Assert.Equal("""{"status":"alive"}""", await app.GetTestClient().GetStringAsync("/health/live"));

        status = HealthStatus.Healthy;
        await UntilReadyIsAsync(app, HttpStatusCode.OK, "ready");
    }

    [Fact]
    public async Task HttpProbe_AsksTheClientsAddressPastTheOpenCircuit()
    {
        var up = false;
        var asked = new List<string>();
        await using var app = await StartAsync(
            services => services.AddHttpClient("api", client => client.BaseAddress = new Uri("http://api.example/v1/"))
                .AddDrDependency("api")
                .ConfigurePrimaryHttpMessageHandler(() => new Answering(request =>
                {
                    lock (asked)
                    {
                        asked.Add(request.RequestUri!.ToString());
                    }

                    return up ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable;
                })),
            ("Dependencies:api:Probe:Path", "/health"),
            ("Dependencies:api:Retry:Enabled", "false"));
        app.Services.GetRequiredService<IDependencies>()["api"].Force(Resilience.Pipelines.CircuitBreaker.CircuitBreakerMode.ForcedOpen);

        await UntilReadyIsAsync(app, HttpStatusCode.ServiceUnavailable, "waiting");
        await UntilAsync(() => Api(app).Status == CheckStatus.Unhealthy);
        Assert.Equal("http-503", Api(app).Reason);
        up = true;
        await UntilAsync(() => Api(app).Status == CheckStatus.Healthy);

        Assert.All(asked, address => Assert.Equal("http://api.example/health", address));
        var detail = (await DetailAsync(app)).GetProperty("dependencies").GetProperty("api");
        Assert.Equal(("degraded", "healthy"), (detail.GetProperty("status").GetString(), detail.GetProperty("probe").GetProperty("status").GetString()));
    }

    [Fact]
    public async Task HttpProbe_CallsSucceed_StandIn()
    {
        var probes = 0;
        await using var app = await StartAsync(
            services => services.AddHttpClient("api", client => client.BaseAddress = new Uri("http://api.example/"))
                .AddDrDependency("api")
                .ConfigurePrimaryHttpMessageHandler(() => new Answering(request =>
                {
                    if (request.RequestUri!.AbsolutePath == "/health")
                    {
                        Interlocked.Increment(ref probes);
                    }

                    return HttpStatusCode.OK;
                })),
            ("Dependencies:api:Probe:Path", "/health"),
            ("Dependencies:api:Probe:Interval", "00:00:10"),
            ("Dependencies:api:CircuitBreaker:SamplingDuration", "00:00:10"));
        var time = app.Services.GetRequiredService<TimeProvider>() as ManualTimeProvider ?? throw new InvalidOperationException();
        var client = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient("api");
        await UntilAsync(() => Volatile.Read(ref probes) == 1);

        for (var second = 0; second < 120; second++)
        {
            using var response = await client.GetAsync("work");
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, Volatile.Read(ref probes));
        for (var second = 0; second < 60; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        Assert.InRange(Volatile.Read(ref probes), 3, 8);
    }

    [Fact]
    public async Task Reload_AddsAndRemovesProbes()
    {
        await using var app = await StartAsync(services => services.AddHttpClient("api", client => client.BaseAddress = new Uri("http://api.example/"))
            .AddDrDependency("api")
            .ConfigurePrimaryHttpMessageHandler(() => new Answering(_ => HttpStatusCode.OK)));
        var monitor = app.Services.GetRequiredService<HealthMonitor>();
        var configuration = (IConfigurationRoot)app.Services.GetRequiredService<IConfiguration>();
        Assert.Empty(monitor.All);

        configuration["DrResilience:Dependencies:api:Probe:Path"] = "/health";
        configuration.Reload();
        Assert.Equal("api", Assert.Single(monitor.All).Name);
        configuration["DrResilience:Dependencies:api:Probe:Path"] = null;
        configuration.Reload();

        Assert.Empty(monitor.All);
    }

    private static CheckState Api(WebApplication app) => app.Services.GetRequiredService<HealthMonitor>().All.Single().State;

    private static async Task<JsonElement> DetailAsync(WebApplication app) =>
        JsonDocument.Parse(await app.GetTestClient().GetStringAsync("/health")).RootElement;

    private static async Task UntilReadyIsAsync(WebApplication app, HttpStatusCode status, string says)
    {
        using var client = app.GetTestClient();
        await Eventually.UntilAsync(
            async ct =>
            {
                using var response = await client.GetAsync("/health/ready", ct);
                return response.StatusCode == status && await response.Content.ReadAsStringAsync(ct) == $$"""{"status":"{{says}}"}""";
            },
            () => $"readiness is not {says}",
            default);
    }

    private static Task UntilAsync(Func<bool> condition) => Eventually.UntilAsync(condition, () => "it does not come", default);

    private static async Task<WebApplication> StartAsync(Action<IServiceCollection> services, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new[] { ("Defaults:Probe:Interval", Fast), ("Defaults:Probe:MaxInterval", Fast) }
            .Concat(settings)
            .Select(setting => KeyValuePair.Create($"DrResilience:{setting.Item1}", (string?)setting.Item2)));
        if (settings.Any(setting => setting.Key.EndsWith(":SamplingDuration", StringComparison.Ordinal)))
        {
            builder.Services.AddSingleton<TimeProvider>(new ManualTimeProvider());
        }

        builder.AddDrResilience();
        services(builder.Services);
        var app = builder.Build();
        app.UseDrResilience();
        app.MapDrHealth();
        await app.StartAsync();
        return app;
    }

    private sealed class Answering(Func<HttpRequestMessage, HttpStatusCode> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(answer(request)));
    }
}

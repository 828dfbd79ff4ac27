using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Resilience.Pipelines;
using Resilience.Pipelines.CircuitBreaker;
using Resilience.TestKit;

namespace Resilience.AspNetCore.Tests.Health;

/// <summary>What <c>/health</c> and the framework's health checks say about dependencies that are called.</summary>
public sealed class DependencyHealthTests
{
    private const string Hostile = "\"}<script>";

    [Fact]
    public async Task Detail_ConfiguredAndNotYetCalled_IsShownHealthy()
    {
        await using var app = await StartAsync(("payment-gateway:Bulkhead:PermitLimit", "7"), ($"{Hostile}:Retry:MaxRetryAttempts", "1"));

        var gateway = await DependencyAsync(app, "payment-gateway");

        Assert.Equal("healthy", gateway.GetProperty("status").GetString());
        Assert.Equal("closed", gateway.GetProperty("breaker").GetString());
        Assert.Equal((0, 7, 0, 0), (Number(gateway, "failureRate"), Number(gateway, "limit"), Number(gateway, "inUse"), Number(gateway, "queued")));
        Assert.Equal(30, Number(gateway, "budget"));
        Assert.Equal("healthy", (await DependencyAsync(app, Hostile)).GetProperty("status").GetString());
        Assert.DoesNotContain("<script>", await app.GetTestClient().GetStringAsync("/health"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Detail_Called_HasItsLatency()
    {
        await using var app = await StartAsync(("payment-gateway:Retry:MaxRetryAttempts", "1"));
        var gateway = app.Services.GetRequiredService<IDependencies>()["payment-gateway"];
        for (var i = 0; i < 600; i++)
        {
            await gateway.ExecuteAsync(_ => ValueTask.CompletedTask);
        }

        app.Time().Advance(TimeSpan.FromSeconds(31));
        await gateway.ExecuteAsync(_ => ValueTask.CompletedTask);
        app.PublishProbes();

        var latency = (await DependencyAsync(app, "payment-gateway")).GetProperty("latencyMs");
        Assert.Equal(["p50", "p95", "p99"], latency.EnumerateObject().Select(one => one.Name));
        Assert.All(latency.EnumerateObject(), one => Assert.InRange(one.Value.GetDouble(), 0, 10_000));
    }

    [Fact]
    public async Task Breaker_Open_DegradesTheWholeAndStaysReady()
    {
        await using var app = await StartAsync(("payment-gateway:CircuitBreaker:ConsecutiveFailures", "1"), ("payment-gateway:Retry:Enabled", "false"));
        await FailAsync(app, "payment-gateway");
        app.Time().Advance(TimeSpan.FromSeconds(1));
        app.PublishProbes();

        var gateway = await DependencyAsync(app, "payment-gateway");

        Assert.Equal(("degraded", "open"), (gateway.GetProperty("status").GetString(), gateway.GetProperty("breaker").GetString()));
        Assert.InRange(gateway.GetProperty("openForSeconds").GetDouble(), 25, 33);
        Assert.Equal("""{"status":"degraded"}""", await app.GetTestClient().GetStringAsync("/health/ready"));
        var check = (await CheckAsync(app)).Entries["payment-gateway"];
        Assert.Equal(HealthStatus.Degraded, check.Status);
        Assert.Equal("Open", check.Data["state"]);
        Assert.InRange((double)check.Data["openForSeconds"], 25, 33);
    }

    [Theory]
    [InlineData(CircuitBreakerMode.ForcedOpen, HealthStatus.Degraded, "forced-open")]
    [InlineData(CircuitBreakerMode.Disabled, HealthStatus.Healthy, "disabled")]
    [InlineData(CircuitBreakerMode.Observe, HealthStatus.Healthy, "open")]
    public async Task Breaker_Mode_DecidesWhetherItCounts(CircuitBreakerMode mode, HealthStatus status, string breaker)
    {
        await using var app = await StartAsync(("a:CircuitBreaker:ConsecutiveFailures", "1"), ("a:Retry:Enabled", "false"));
        await FailAsync(app, "a");
        app.Services.GetRequiredService<IDependencies>()["a"].Force(mode);
        app.PublishProbes();

        Assert.Equal(status, (await CheckAsync(app)).Entries["a"].Status);
        Assert.Equal(breaker, (await DependencyAsync(app, "a")).GetProperty("breaker").GetString());
        Assert.Equal(
            status == HealthStatus.Healthy ? """{"status":"ready"}""" : """{"status":"degraded"}""",
            await app.GetTestClient().GetStringAsync("/health/ready"));
    }

    [Fact]
    public async Task Breaker_HalfOpen_IsDegraded()
    {
        await using var app = await StartAsync(("a:CircuitBreaker:ConsecutiveFailures", "1"), ("a:Retry:Enabled", "false"));
        await FailAsync(app, "a");
        app.Time().Advance(TimeSpan.FromMinutes(1));
        await app.Services.GetRequiredService<IDependencies>()["a"].ExecuteAsync(_ => ValueTask.CompletedTask);

        var check = (await CheckAsync(app)).Entries["a"];

        Assert.Equal((HealthStatus.Degraded, "HalfOpen"), (check.Status, check.Data["state"]));
    }

    [Fact]
    public async Task Authority_Open_DegradesAndIsNamed()
    {
        await using var app = await StartAsync(
            ("a:Http:ByAuthority", "true"), ("a:CircuitBreaker:ConsecutiveFailures", "1"), ("a:Retry:Enabled", "false"));
        var registry = app.Services.GetRequiredService<DependencyRegistry>();
        registry.Get("a").For(new Uri("http://good:1/"));
        registry.Get("a").For(new Uri("http://bad:2/x")).Breaker.Force(CircuitBreakerMode.ForcedOpen);

        var detail = await DependencyAsync(app, "a");

        Assert.Equal("degraded", detail.GetProperty("status").GetString());
        var bad = Assert.Single(detail.GetProperty("authorities").EnumerateObject());
        Assert.Equal(("http://bad:2", "forced-open"), (bad.Name, bad.Value.GetProperty("breaker").GetString()));
        Assert.Equal(HealthStatus.Degraded, (await CheckAsync(app)).Entries["a"].Status);
    }

    [Fact]
    public async Task HealthChecks_DatabaseWithoutWriter_IsDegradedNotUnhealthy()
    {
        await using var app = await StartAsync(
            ("db:Postgres:Regions:0:Name", "east"), ("db:Postgres:Regions:0:ConnectionString", $"Host=127.0.0.1;Port={FreePort.Reserve()};Username=app"));

        var check = (await CheckAsync(app)).Entries["db"];

        Assert.Equal((HealthStatus.Degraded, "dr"), (check.Status, Assert.Single(check.Tags)));
        Assert.Equal("Degraded", await app.GetTestClient().GetStringAsync("/checks"));
    }

    [Fact]
    public async Task HealthChecks_NameTakenByTheApplication_IsPrefixed()
    {
        await using var app = await StartAsync(
            services => services.AddHealthChecks().AddCheck("A", () => HealthCheckResult.Healthy("own")),
            ("a:Retry:MaxRetryAttempts", "1"),
            ("b:Retry:MaxRetryAttempts", "1"));

        var entries = (await CheckAsync(app)).Entries;

        Assert.Equal(["A", "b", "dr:a"], entries.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("own", entries["A"].Description);
    }

    [Fact]
    public async Task Reload_AddedDependency_IsShownOnHealth()
    {
        await using var app = await StartAsync(("a:Retry:MaxRetryAttempts", "1"));
        var configuration = (IConfigurationRoot)app.Services.GetRequiredService<IConfiguration>();
        configuration["DrResilience:Dependencies:b:Bulkhead:PermitLimit"] = "3";
        configuration.Reload();

        Assert.Equal(3, Number(await DependencyAsync(app, "b"), "limit"));
        Assert.Equal(["a"], (await CheckAsync(app)).Entries.Keys);
    }

    private static async Task FailAsync(WebApplication app, string dependency) => await Assert.ThrowsAsync<InvalidOperationException>(
        async () => await app.Services.GetRequiredService<IDependencies>()[dependency].ExecuteAsync(_ => throw new InvalidOperationException("down")));

    private static Task<HealthReport> CheckAsync(WebApplication app) => app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

    private static async Task<JsonElement> DependencyAsync(WebApplication app, string name) =>
        JsonDocument.Parse(await app.GetTestClient().GetStringAsync("/health")).RootElement.GetProperty("dependencies").GetProperty(name);

    private static double Number(JsonElement element, string name) => element.GetProperty(name).GetDouble();

    private static Task<WebApplication> StartAsync(params (string Key, string Value)[] dependencies) => StartAsync(_ => { }, dependencies);

    private static async Task<WebApplication> StartAsync(Action<IServiceCollection> services, params (string Key, string Value)[] dependencies)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(dependencies.Select(setting => KeyValuePair.Create($"DrResilience:Dependencies:{setting.Key}", (string?)setting.Value)));
        builder.Services.AddSingleton<TimeProvider>(new ManualTimeProvider());
        builder.AddDrResilience();
        services(builder.Services);
        var app = builder.Build();
        app.MapDrHealth();

        // The application has not called AddHealthChecks.
        app.MapHealthChecks("/checks");
        await app.StartAsync();
        return app;
    }
}

file static class AppExtensions
{
    public static ManualTimeProvider Time(this WebApplication app) => (ManualTimeProvider)app.Services.GetRequiredService<TimeProvider>();
}

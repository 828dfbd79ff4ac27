using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Resilience.AspNetCore.Health;
using Resilience.AspNetCore.Management;
using Resilience.Health;
using Resilience.Pipelines;
using Resilience.Pipelines.CircuitBreaker;
using Resilience.TestKit;

namespace Resilience.AspNetCore.Tests.Health;

/// <summary>The same moment in every format: one check is well, one is down, a circuit is held open.</summary>
public sealed class DetailFormatTests
{
    private const string Secret = "s3cr3t-Pa55";
    private static readonly JsonSerializerOptions UiJson = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    [Fact]
    public async Task Actuator_HasStatusAndComponents()
    {
        await using var app = await StartAsync();

        var (status, type, text) = await GetAsync(app, "/health?format=actuator");

        Assert.Equal((HttpStatusCode.OK, "application/vnd.spring-boot.actuator.v3+json"), (status, type));
        var json = JsonDocument.Parse(text).RootElement;
        Assert.Equal("UP", json.GetProperty("status").GetString());
        var components = json.GetProperty("components");
        Assert.Equal("UP", components.GetProperty("disk").GetProperty("status").GetString());
        Assert.Equal("DOWN", components.GetProperty("mail").GetProperty("status").GetString());
        Assert.Equal("IOException", components.GetProperty("mail").GetProperty("details").GetProperty("reason").GetString());
        Assert.Equal("UP", components.GetProperty("api").GetProperty("status").GetString());
        Assert.Equal("circuit-forced-open", components.GetProperty("api").GetProperty("details").GetProperty("reason").GetString());
        Assert.Equal("UP", components.GetProperty("process").GetProperty("status").GetString());
    }

    [Fact]
    public async Task HealthJson_HasStatusNotesAndChecks()
    {
        await using var app = await StartAsync();

        var (status, type, text) = await GetAsync(app, "/health", "application/health+json");

        Assert.Equal((HttpStatusCode.OK, "application/health+json"), (status, type));
        var json = JsonDocument.Parse(text).RootElement;
        Assert.Equal("warn", json.GetProperty("status").GetString());
        Assert.Equal(["mail", "api"], json.GetProperty("notes").EnumerateArray().Select(note => note.GetString()));
        var disk = Assert.Single(json.GetProperty("checks").GetProperty("disk:responseTime").EnumerateArray());
        Assert.Equal(("component", "pass", "ms"), (disk.GetProperty("componentType").GetString(), disk.GetProperty("status").GetString(), disk.GetProperty("observedUnit").GetString()));
        Assert.True(disk.GetProperty("observedValue").GetDouble() >= 0);
        Assert.InRange(TimeProvider.System.GetUtcNow() - disk.GetProperty("time").GetDateTimeOffset(), TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.False(disk.TryGetProperty("output", out _));
        var mail = Assert.Single(json.GetProperty("checks").GetProperty("mail:responseTime").EnumerateArray());
        Assert.Equal(("fail", "IOException"), (mail.GetProperty("status").GetString(), mail.GetProperty("output").GetString()));
        Assert.Equal("system", json.GetProperty("checks").GetProperty("process")[0].GetProperty("componentType").GetString());
        Assert.All(json.GetProperty("checks").EnumerateObject(), check => Assert.InRange(check.Name.Count(c => c == ':'), 0, 1));
    }

    [Fact]
    public async Task HealthChecksUi_HasEntriesThatItsModelTakes()
    {
        await using var app = await StartAsync();

        var (status, type, text) = await GetAsync(app, "/health?format=healthchecks-ui");

        Assert.Equal((HttpStatusCode.OK, "application/json"), (status, type));
        var report = JsonSerializer.Deserialize<UiReport>(text, UiJson)!;
        Assert.Equal(HealthStatus.Degraded, report.Status);
        Assert.Equal((HealthStatus.Healthy, HealthStatus.Unhealthy, HealthStatus.Degraded), (report.Entries["disk"].Status, report.Entries["mail"].Status, report.Entries["api"].Status));
        Assert.Equal("IOException", report.Entries["mail"].Description);
        Assert.Equal(["check"], report.Entries["disk"].Tags);
        Assert.Equal(report.TotalDuration, report.Entries.Values.Max(entry => entry.Duration));
    }

    [Theory]
    [InlineData("/health?verbose", null)]
    [InlineData("/health?verbose=true", null)]
    [InlineData("/health", "text/plain")]
    public async Task Verbose_HasALineForEachAndAVerdict(string path, string? accept)
    {
        await using var app = await StartAsync();

        var (status, type, text) = await GetAsync(app, path, accept);

        Assert.Equal((HttpStatusCode.OK, "text/plain; charset=utf-8"), (status, type));
        Assert.Equal(
            ["[-]api failed: reason withheld", "[+]disk ok", "[-]mail failed: reason withheld", "[+]process ok", "[+]configuration ok", "health check passed", ""],
            text.Split('\n'));
    }

    [Fact]
    public async Task Verbose_NotReadyForOneThing_ExcludedPasses()
    {
        await using var app = await StartAsync(
            ("Health:Checks:mail:FailReady", "true"), ("Health:Checks:mail:FailReadyAfter", "00:00:00"), ("Health:Checks:mail:HoldOff", "00:00:00"));

        var (failed, _, whole) = await GetAsync(app, "/health?verbose");
        var (passed, _, without) = await GetAsync(app, "/health?verbose&exclude=mail&exclude=<b>nobody</b>");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (failed, passed));
        Assert.EndsWith("health check failed\n", whole, StringComparison.Ordinal);
        Assert.Contains("[+]mail excluded: ok\n", without, StringComparison.Ordinal);
        Assert.EndsWith("warn: some health checks cannot be excluded: no matches\nhealth check passed\n", without, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("actuator", "OUT_OF_SERVICE")]
    [InlineData("health+json", "fail")]
    [InlineData("healthchecks-ui", "Unhealthy")]
    public async Task NotReady_EveryFormatSaysSoWith503_OursStays200(string format, string says)
    {
        await using var app = await StartAsync(
            ("Health:Checks:mail:FailReady", "true"), ("Health:Checks:mail:FailReadyAfter", "00:00:00"), ("Health:Checks:mail:HoldOff", "00:00:00"));

        var (status, _, text) = await GetAsync(app, $"/health?format={WebUtility.UrlEncode(format)}");
        var (ours, _, _) = await GetAsync(app, "/health");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, says), (status, JsonDocument.Parse(text).RootElement.GetProperty("status").GetString()));
        Assert.Equal(HttpStatusCode.OK, ours);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("*/*")]
    [InlineData("text/html,application/xhtml+xml,*/*;q=0.8")]
    [InlineData("application/json")]
    [InlineData("application/json, application/health+json;q=0.5")]
    [InlineData("application/health+json;q=0")]
    [InlineData("application/x-unknown")]
    [InlineData(";;;rubbish,,,")]
    public async Task Accept_NothingElseIsMeant_Ours(string? accept)
    {
        await using var app = await StartAsync();

        var (status, type, text) = await GetAsync(app, "/health", accept);

        Assert.Equal((HttpStatusCode.OK, "application/json"), (status, type));
        Assert.True(JsonDocument.Parse(text).RootElement.TryGetProperty("dependencies", out _));
    }

    [Fact]
    public async Task Format_Unknown_IsRefusedWithThoseThereAre()
    {
        await using var app = await StartAsync();

        var (status, _, text) = await GetAsync(app, "/health?format=<script>");

        Assert.Equal(HttpStatusCode.NotAcceptable, status);
        Assert.Equal(["dr", "actuator", "health+json", "healthchecks-ui", "verbose"], JsonDocument.Parse(text).RootElement.GetProperty("formats").EnumerateArray().Select(name => name.GetString()));
        Assert.DoesNotContain("script", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("?format=actuator", null)]
    [InlineData("", "application/health+json")]
    [InlineData("?format=healthchecks-ui", null)]
    [InlineData("?verbose", null)]
    public async Task NoFormat_TellsTheTextOfAnException_AndTheManagementListenerSaysTheSame(string query, string? accept)
    {
        await using var app = await StartAsync();

        var (status, type, text) = await GetAsync(app, $"/health{query}", accept);
        var management = app.Services.GetRequiredService<ManagementPages>().Answer(new ManagementRequest("GET", "/health", query, accept));

        Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
        Assert.Equal(((int)status, type), (management.Status, management.ContentType));
        Assert.Equal(text[..20], Encoding.UTF8.GetString(management.Body.Span[..20]));
    }

    private static async Task<(HttpStatusCode Status, string? Type, string Text)> GetAsync(WebApplication app, string path, string? accept = null)
    {
        using var client = app.GetTestClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        using var response = await client.SendAsync(request);
        return (response.StatusCode, response.Content.Headers.ContentType?.ToString(), await response.Content.ReadAsStringAsync());
    }

    private static async Task<WebApplication> StartAsync(params (string Key, string Value)[] settings)
    {
        var mailIsDown = false;
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(settings
            .Append(("Health:Watchdog:PoolLagDegraded", "00:01:00"))
            .Append(("Health:Watchdog:PoolLagUnready", "00:01:00"))
            .Append(("Health:Watchdog:PoolFrozen", "00:01:00"))
            .Append(("Defaults:Probe:Interval", "00:00:00.1"))
            .Append(("Defaults:Probe:MaxInterval", "00:00:00.1"))
            .Append(("Dependencies:api:Retry:Enabled", "false"))
            .Select(setting => KeyValuePair.Create($"DrResilience:{setting.Item1}", (string?)setting.Item2)));
        builder.AddDrResilience();
        builder.Services.AddHealthChecks()
            .AddCheck("disk", () => HealthCheckResult.Healthy())
            .AddCheck("mail", () => Volatile.Read(ref mailIsDown)
                ? HealthCheckResult.Unhealthy($"cannot reach smtp://user:{Secret}@mail", new IOException(Secret))
                : HealthCheckResult.Healthy());
        var app = builder.Build();
        app.MapDrHealth();
        await app.StartAsync();

        // All has been well once; then one goes.
        var monitor = app.Services.GetRequiredService<HealthMonitor>();
        var board = app.Services.GetRequiredService<ProbeBoard>();
        await UntilAsync(() => monitor.All.All(loop => loop.State.WasHealthy));
        board.Publish();
        Volatile.Write(ref mailIsDown, true);
        app.Services.GetRequiredService<IDependencies>()["api"].Force(CircuitBreakerMode.ForcedOpen);
        await UntilAsync(() => monitor.All.Single(loop => loop.Name == "mail").State.Status == CheckStatus.Unhealthy);
        board.Publish();
        return app;
    }

    private static Task UntilAsync(Func<bool> condition) => Eventually.UntilAsync(condition, () => "it does not come", default);

    private sealed record UiReport(HealthStatus Status, TimeSpan TotalDuration, Dictionary<string, UiEntry> Entries);

    private sealed record UiEntry(Dictionary<string, object> Data, string? Description, TimeSpan Duration, HealthStatus Status, string[] Tags);
}

using Microsoft.Extensions.DependencyInjection;
using Resilience.Health;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Health;

/// <summary>A health check of a library that knows nothing of this one, and opens a connection each time it is asked.</summary>
[Collection(AloneCollection.Name)]
public sealed class LibraryCheckTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task NpgSqlCheck_AThousandProbesASecond_OneConnectionAnInterval_AndAHangHoldsUpNobody()
    {
        await using var server = await PostgresServer.StartPrimaryAsync();
        await using var app = await ProbedApp.StartAsync(
            [("Health:Checks:npgsql:Interval", "00:00:00.5"), ("Health:Checks:npgsql:MaxInterval", "00:00:00.5"), ("Health:Checks:npgsql:Timeout", "00:00:00.4")],
            builder => builder.Services.AddHealthChecks().AddNpgSql($"{server.ConnectionString};Pooling=false", name: "npgsql"));
        await Eventually.UntilAsync(() => new Prober(app.Management, "/health/ready").Once() is { Status: 200 }, () => $"the check is {State(app)}", default);

        var before = await SessionsAsync(server);
        var probes = await new Prober(app.Management, "/health/ready").ProbeAsync(1000, Window);
        var sessions = await SessionsAsync(server) - before;

        output.WriteLine($"{probes.Count} probes, {sessions} sessions");
        Assert.DoesNotContain(probes, probe => (probe.Status, probe.Body) != (200, """{"status":"ready"}"""));
        Assert.InRange(sessions, 2, (int)(Window / (0.9 * Interval)) + 3);

        await server.HangAsync();
        await UntilAsync(app, CheckStatus.Unhealthy);
        var hung = await new Prober(app.Management, "/health/ready").ProbeAsync(1000, TimeSpan.FromSeconds(1));
        await server.ResumeAsync();

        Assert.DoesNotContain(hung, probe => probe.Status != 200);
        await UntilAsync(app, CheckStatus.Healthy);
    }

    private static CheckState State(ProbedApp app) => app.App.Services.GetRequiredService<HealthMonitor>().All.Single().State;

    private static Task UntilAsync(ProbedApp app, CheckStatus status) => Eventually.UntilAsync(
        () => State(app).Status == status, () => $"the check is {State(app)}", default, TimeSpan.FromSeconds(60));

    /// <summary>Counted by the server when they begin; the one that asks is among them each time.</summary>
    private static async Task<long> SessionsAsync(PostgresServer server) =>
        await TestKit.Sql.QueryAsync<long>(server, "SELECT sum(sessions)::bigint FROM pg_stat_database");
}

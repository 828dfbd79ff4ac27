using System.Globalization;
using System.Net;
using Resilience.IntegrationTests.TestKit;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Payments;

/// <summary>
/// The gateway is down under a steady stream of payments to three replicas. Customers notice nothing but 202, the backlog is
/// gone soon after the return, live payments do not suffer from it, and one alert tells of it all.
/// </summary>
[Trait(Nightly.Trait, Nightly.Value)]
[Collection(AloneCollection.Name)]
public sealed class GatewayOutageTests(ITestOutputHelper output)
{
    // The suite runs a part of the objective, 60 s at 100 payments a second, for which two cores are just enough and five
    // minutes pass; the figures in docs/degradation.md are of GATEWAY_OUTAGE_SECONDS=60 GATEWAY_OUTAGE_RATE=100.
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(Setting("GATEWAY_OUTAGE_SECONDS", 10));
    private static readonly int PerSecond = Setting("GATEWAY_OUTAGE_RATE", 40);

    [Fact]
    public async Task GatewayDown_UnderLoadOnThreeReplicas_NoError_Drained_LiveUnharmed_OneAlertEachWay()
    {
        using var threads = new ClientThreads();
        await using var alerts = await AlertReceiver.StartAsync();
        await using var fleet = await PaymentFleet.StartTwoRegionsAsync(
            replicas: 3,
            settings:
            [
                ("DrResilience__Alerts__Alertmanager", alerts.Address.ToString()),
                ("DrResilience__Alerts__SlackWebhook", new Uri(alerts.Address, "slack").ToString()),
                ("DrResilience__Degradation__gateway_alarm__dependency", "payment-gateway"),
                ("DrResilience__Degradation__gateway_alarm__on_failure__0__action", "alert"),
                ("DrResilience__Degradation__gateway_alarm__on_failure__0__severity", "critical"),
                ("DrResilience__Degradation__gateway_alarm__on_failure__0__message", "The gateway is down"),
                ("DrResilience__Dependencies__payment-gateway__CircuitBreaker__BreakDuration", "00:00:02"),
                ("DrResilience__Dependencies__payment-gateway__CircuitBreaker__MaxBreakDuration", "00:00:04"),
            ]);
        await using var load = new SteadyLoad(fleet, PerSecond);
        await load.RunAsync("warm", TimeSpan.FromSeconds(3));

        // The first outage of a process's life also compiles the way through the queue, which is measured on its own.
        await fleet.GatewayDownAsync();
        var first = await load.RunAsync("first", TimeSpan.FromSeconds(3));
        await fleet.HealAsync();
        load.Begin("between");
        await DrainedAsync(fleet.East);
        await load.EndAsync();
        await Eventually.UntilAsync(() => !alerts.Resolved.IsEmpty, () => "the first alert is not resolved", default);
        alerts.Forget();
        var normal = await load.RunAsync("normal", TimeSpan.FromSeconds(5));

        await fleet.GatewayDownAsync();
        var down = await load.RunAsync("down", Outage);
        await fleet.HealAsync();
        var healed = TimeProvider.System.GetTimestamp();
        load.Begin("live");
        await DrainedAsync(fleet.East);
        var drained = TimeProvider.System.GetElapsedTime(healed);
        var live = await load.EndAsync();
        await Eventually.UntilAsync(() => !alerts.Resolved.IsEmpty, () => "the alert is not resolved", default);

        output.WriteLine($"outage of {Outage.TotalSeconds:0} s at {PerSecond}/s: {down.Describe()}");
        output.WriteLine($"first outage, cold: {first.Describe()}");
        output.WriteLine($"normal: {normal.Describe()}");
        output.WriteLine($"while draining: {live.Describe()}");
        output.WriteLine($"drained {drained.TotalSeconds:0.0} s after the return; told {string.Join(", ", alerts.Told)}; firing {string.Join(", ", alerts.Firing)}, resolved {string.Join(", ", alerts.Resolved)}");
        Assert.Equal((0, 0, 0, 0), (first.Errors, normal.Errors, down.Errors, live.Errors));
        Assert.InRange(down.P99, TimeSpan.Zero, Slack(TimeSpan.FromMilliseconds(500), normal));
        Assert.InRange(drained, TimeSpan.Zero, TimeSpan.FromSeconds(60));
        Assert.InRange(live.P99, TimeSpan.Zero, Slack(2 * normal.P99, normal));
        Assert.Equal(["Critical: gateway_alarm: The gateway is down (payment-gateway)", "Resolved: gateway_alarm: The gateway is down (payment-gateway)"], alerts.Told.Order());
        Assert.Single(alerts.Firing);
        Assert.Equal(1, Assert.Single(alerts.Resolved).Value);
        await fleet.EachAcknowledgedIsChargedOnceAsync(fleet.East);
        await HundredThousandAsync(fleet, load, normal);
    }

    /// <summary>The gateway comes back to a backlog of 100,000: it is worked on, and live payments keep their pace.</summary>
    private async Task HundredThousandAsync(PaymentFleet fleet, SteadyLoad load, LoadFigures normal)
    {
        await fleet.GatewayDownAsync();
        await Eventually.UntilAsync(async _ => (await fleet.PayAsync("down-again")).Status == HttpStatusCode.Accepted, () => "nothing is promised", default);
        await Sql.ExecuteAsync(fleet.East, $$"""
            INSERT INTO dr_resilience.queue_entry (queue, key, payload_hash, payload, enqueued_at, key_expires_at)
            SELECT 'payment_service', 'pay_' || left(encode(sha256(convert_to('bulk' || i, 'UTF8')), 'hex'), 32), 'bulk',
                convert_to(format('{"IdempotencyKey":"bulk%s","AccountId":"a1","MinorUnits":100,"Currency":"EUR"}', i), 'UTF8'), now(), now() + interval '1 day'
            FROM generate_series(1, 100000) AS i
            """);
        await fleet.HealAsync();
        await Eventually.UntilAsync(async _ => (await fleet.SummaryAsync()).Charges > fleet.Acknowledged.Count + 50, () => "the backlog is not worked on", default);
        var before = await DoneAsync();
        var live = await load.RunAsync("beside", TimeSpan.FromSeconds(10));
        var done = await DoneAsync() - before;
        output.WriteLine($"beside a backlog of 100,000: {live.Describe()}; {done / 10} a second were drained meanwhile");
        Assert.Equal(0, live.Errors);
        Assert.InRange(live.P99, TimeSpan.Zero, Slack(4 * normal.P99, normal));
        Assert.InRange(done, 50, 100_000);
        Assert.Equal(0, (await fleet.SummaryAsync()).Duplicates);

        Task<long> DoneAsync() => Sql.QueryAsync<long>(fleet.East, "SELECT count(*) FROM dr_resilience.queue_entry WHERE state = 2");
    }

    private static Task DrainedAsync(PostgresServer server) => PaymentFleet.UntilAsync(
        server, "count(*) FILTER (WHERE state IN (0, 1)) = 0 AND count(*) > 0 FROM dr_resilience.queue_entry", TimeSpan.FromSeconds(120));

    private static int Setting(string name, int otherwise) => int.Parse(Environment.GetEnvironmentVariable(name) ?? $"{otherwise}", CultureInfo.InvariantCulture);

    /// <summary>On a machine on which the same load alone has a p99 of hundreds of milliseconds, that much is its own.</summary>
    private static TimeSpan Slack(TimeSpan limit, LoadFigures normal) =>
        normal.P99 > TimeSpan.FromMilliseconds(150) ? limit + (2 * normal.P99) : limit + TimeSpan.FromMilliseconds(50);
}

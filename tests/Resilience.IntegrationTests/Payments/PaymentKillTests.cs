using System.Globalization;
using System.Net;
using Resilience.IntegrationTests.TestKit;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Payments;

/// <summary>
/// kill -9 of the real service at each point of a payment's way through the queue. The invariant is read from the gateway's
/// history: acknowledged means charged exactly once.
/// </summary>
public sealed class PaymentKillTests(ITestOutputHelper output)
{
    private const string NoAnswer = """{"hang":true,"when":"after"}""";

    /// <summary>
    /// Bursts against a gateway that is down, killed at a random moment of each: some payments are not journalled yet, some
    /// are written and not synced, some synced and not answered, some answered and not stored.
    /// </summary>
    [Trait(Nightly.Trait, Nightly.Value)]
    [Fact]
    public async Task Kill_AtRandomMomentsAroundTheJournalsSync_AcknowledgedIsChargedOnce()
    {
        await using var fleet = await PaymentFleet.StartTwoRegionsAsync();
        var random = new Random(20_261_128);
        var broken = 0;
        for (var round = 0; round < 4; round++)
        {
            await fleet.GatewayDownAsync();
            await fleet.PayAsync($"warm-{round}");
            var enough = fleet.Acknowledged.Count + random.Next(0, 30);
            var burst = fleet.PayAllAsync(Enumerable.Range(0, 40).Select(i => string.Create(CultureInfo.InvariantCulture, $"burst-{round}-{i}")));
            await Eventually.UntilAsync(() => fleet.Acknowledged.Count > enough, () => "nothing is promised", default);
            await fleet.Replicas[0].KillAsync();
            broken += (await burst).Count(attempt => attempt.Status is null);
            await fleet.HealAsync();
            await fleet.RestartAsync();
        }

        output.WriteLine($"{fleet.Acknowledged.Count} acknowledged, {broken} broken off");
        Assert.InRange(fleet.Acknowledged.Count, 8, 163);
        Assert.InRange(broken, 1, 159);
        await fleet.EachAcknowledgedIsChargedOnceAsync(fleet.East);
    }

    /// <summary>The promise is in the journal alone: the database is away when the process dies, and the gateway, too.</summary>
    [Fact]
    public async Task Kill_AfterTheSync_DatabaseAndGatewayAway_TheNextProcessKeepsThePromise()
    {
        await using var fleet = await PaymentFleet.StartTwoRegionsAsync();
        await fleet.PayAsync("before");
        await fleet.GatewayDownAsync();
        await fleet.East.KillAsync();
        await fleet.West.KillAsync();
        await Eventually.UntilAsync(
            async _ => (await fleet.PayAsync("probe")).Status == HttpStatusCode.Accepted, () => "nothing is promised", default);

        var attempts = await fleet.PayAllAsync(Enumerable.Range(0, 50).Select(i => $"k{i}"));
        await fleet.Replicas[0].KillAsync();
        await fleet.East.StartAsync();
        await fleet.HealAsync();
        await fleet.RestartAsync();

        Assert.All(attempts, attempt => Assert.Equal(HttpStatusCode.Accepted, attempt.Status));
        await fleet.EachAcknowledgedIsChargedOnceAsync(fleet.East);
    }

    /// <summary>Made and answered with 201, not replicated: the region is lost and the process with it. Its journal has the outcomes.</summary>
    [Fact]
    public async Task Kill_WithTheWriter_AfterTheAnswer_TheNextProcessDoesAgainWhatThePromotedRegionHasNot()
    {
        await using var fleet = await PaymentFleet.StartTwoRegionsAsync();
        await fleet.PayAsync("before");
        await fleet.West.WaitUntilCaughtUpAsync(fleet.East);
        await fleet.West.StallWalReceiverAsync();
        var attempts = await fleet.PayAllAsync(Enumerable.Range(0, 50).Select(i => $"tail-{i}"));
        await fleet.Replicas[0].KillAsync();
        await fleet.East.KillAsync();
        await fleet.West.PromoteAsync();
        Assert.Equal(1, await Sql.QueryAsync<long>(fleet.West, "SELECT count(*) FROM payments"));
        await fleet.RestartAsync();

        Assert.All(attempts, attempt => Assert.Equal(HttpStatusCode.Created, attempt.Status));
        await fleet.EachAcknowledgedIsChargedOnceAsync(fleet.West);
        Assert.Equal(0, await Sql.QueryAsync<long>(fleet.West, "SELECT count(*) FROM payments WHERE charge_id IS NULL"));
    }

    [Fact]
    public async Task Kill_AfterTheCommit_BeforeTheCharge_AnotherReplicaKeepsThePromise()
    {
        await using var fleet = await PaymentFleet.StartTwoRegionsAsync(replicas: 2);
        await fleet.GatewayDownAsync();
        var attempts = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => fleet.PayAsync($"k{i}", replica: 0)));
        await StoredAsync(fleet, 50);

        await fleet.Replicas[0].KillAsync();
        await fleet.HealAsync();

        Assert.All(attempts, attempt => Assert.Equal(HttpStatusCode.Accepted, attempt.Status));
        await fleet.EachAcknowledgedIsChargedOnceAsync(fleet.East);
    }

    /// <summary>The queue's worker has charged and has no answer yet.</summary>
    [Fact]
    public async Task Kill_AfterTheCharge_BeforeTheCompletion_IsCompletedWithoutASecondCharge()
    {
        await using var fleet = await PaymentFleet.StartTwoRegionsAsync();
        await fleet.GatewayDownAsync();
        await fleet.PayAllAsync(Enumerable.Range(0, 10).Select(i => $"k{i}"));
        await StoredAsync(fleet, 10);

        await fleet.FaultAsync(NoAnswer);
        await Eventually.UntilAsync(async _ => (await fleet.SummaryAsync()).Charges > 0, () => "nothing is charged", default);
        await fleet.Replicas[0].KillAsync();
        await fleet.HealAsync();
        await fleet.RestartAsync();

        Assert.Equal(10, fleet.Acknowledged.Count);
        await fleet.EachAcknowledgedIsChargedOnceAsync(fleet.East);
    }

    /// <summary>As soon as the first of many is settled: some others are settled, and their completion is not noted yet.</summary>
    [Fact]
    public async Task Kill_AfterTheCompletion_NothingIsDoneAgainInEffect()
    {
        await using var fleet = await PaymentFleet.StartTwoRegionsAsync();
        await fleet.GatewayDownAsync();
        await fleet.PayAllAsync(Enumerable.Range(0, 40).Select(i => $"k{i}"));
        await fleet.HealAsync();
        await PaymentFleet.UntilAsync(fleet.East, "count(*) > 0 FROM payments WHERE status = 'captured'");
        await fleet.Replicas[0].KillAsync();
        await fleet.RestartAsync();

        await fleet.EachAcknowledgedIsChargedOnceAsync(fleet.East);
        await PaymentFleet.UntilAsync(fleet.East, "count(*) = 0 FROM dr_resilience.queue_entry WHERE state <> 2");
    }

    private static async Task StoredAsync(PaymentFleet fleet, int count)
    {
        await PaymentFleet.UntilAsync(fleet.East, "to_regclass('dr_resilience.queue_entry') IS NOT NULL");
        await PaymentFleet.UntilAsync(fleet.East, $"count(*) >= {count} FROM dr_resilience.queue_entry");
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Payments;

/// <summary>Several replicas, or a replica and its own past, want to make the same payment.</summary>
public sealed class PaymentRaceTests(ITestOutputHelper output)
{
    /// <summary>Leases have to run out, and other tests share the processors.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>Fifty customers' clicks with one key on three replicas: with the gateway well, and with it down.</summary>
    [Fact]
    public async Task FiftyAtOnceWithOneKey_OnThreeReplicas_AreOnePayment()
    {
        await using var fleet = await PaymentFleet.StartTwoRegionsAsync(replicas: 3);
        await fleet.PayAllAsync(Enumerable.Range(0, 3).Select(i => $"warm{i}"));

        var well = await fleet.PayAllAsync(Enumerable.Repeat("well", 50));
        await fleet.GatewayDownAsync();
        var down = await fleet.PayAllAsync(Enumerable.Repeat("down", 50));
        output.WriteLine($"well: {string.Join(", ", well.CountBy(one => $"{one.Status}"))}; down: {string.Join(", ", down.CountBy(one => $"{one.Status}"))}");
        await fleet.HealAsync();

        Assert.All(well, attempt => Assert.Contains(attempt.Status, new HttpStatusCode?[] { HttpStatusCode.Created, HttpStatusCode.Accepted }));
        Assert.All(down, attempt => Assert.Equal(HttpStatusCode.Accepted, attempt.Status));
        await fleet.EachAcknowledgedIsChargedOnceAsync(fleet.East);
        await PaymentFleet.UntilAsync(fleet.East, "count(*) = 5 AND count(DISTINCT idempotency_key) = 5 FROM payments");
    }

    /// <summary>
    /// A replica sleeps for longer than its leases while it makes payments, another makes them, and it wakes: what it ends
    /// then is not its own any more.
    /// </summary>
    [Fact]
    [Trait(Nightly.Trait, Nightly.Value)]
    public async Task ReplicaSleepsBeyondItsLeases_AnotherMakesThePayments_ItsLateEndsCountForNothing()
    {
        await using var fleet = await PaymentFleet.StartTwoRegionsAsync(replicas: 2, settings: ("Rates__RefreshInterval", "00:00:00"));
        await fleet.GatewayDownAsync();
        await fleet.PayAllAsync(Enumerable.Range(0, 20).Select(i => $"k{i}"));
        await PaymentFleet.UntilAsync(fleet.East, "count(*) >= 20 FROM dr_resilience.queue_entry");
        await fleet.FaultAsync("""{"hang":true,"when":"after"}""");
        await PaymentFleet.UntilAsync(fleet.East, "count(*) > 0 FROM dr_resilience.queue_entry WHERE state = 1", Patience);
        await Eventually.UntilAsync(async _ => (await fleet.SummaryAsync()).Charges > 0, () => "nothing is charged", default, Patience);

        var asleep = fleet.Replicas[0].ProcessId;
        await SignalAsync("-STOP", asleep);
        await fleet.HealAsync();
        await PaymentFleet.UntilAsync(fleet.East, "count(*) = 20 FROM dr_resilience.queue_entry WHERE state = 2", Patience);
        await SignalAsync("-CONT", asleep);

        await fleet.PayAsync("after", replica: 0);
        await fleet.EachAcknowledgedIsChargedOnceAsync(fleet.East, Patience);

        // The last one may have come through the queue, too: the replica that slept need not know yet that the gateway is well.
        await PaymentFleet.UntilAsync(fleet.East, "count(*) = 0 FROM dr_resilience.queue_entry WHERE state <> 2", Patience);
        Assert.Equal(21, fleet.Acknowledged.Count);
    }

    private static async Task SignalAsync(string signal, int process)
    {
        using var kill = Process.Start(new ProcessStartInfo("kill", [signal, process.ToString(CultureInfo.InvariantCulture)]) { UseShellExecute = false })!;
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }
}

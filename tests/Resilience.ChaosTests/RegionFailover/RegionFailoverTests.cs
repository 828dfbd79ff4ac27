using System.Globalization;
using GameDay.Checks;
using GameDay.Deployment;
using GameDay.Experiments;
using GameDay.History;
using GameDay.Load;
using GameDay.Timing;
using Xunit.Abstractions;

namespace Resilience.ChaosTests.RegionFailover;

[Collection(ChaosCollection.Name)]
public sealed class RegionFailoverTests(ITestOutputHelper output)
{
    private const int Clients = 16;
    private static readonly int Kills = int.TryParse(Environment.GetEnvironmentVariable("REGION_ROUNDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var kills) ? kills : 5;
    private const int Seed = 20_260_101;
    private const double MedianLimitMs = 100;
    private const double WorstLimitMs = 300;

    [Fact]
    [Trait(Nightly.Trait, Nightly.Value)]
    public async Task KillOfTheWriter_AgainAndAgainUnderConcurrentClients_NothingFailsOrIsPaidTwiceAndPaymentsGoOnAtOnce()
    {
        var clock = new RunClock(TimeProvider.System);
        await using var deployment = await PaymentSystem.StartAsync(new DeploymentSpec(), RecoveryTargets.Standard, clock, Seed, CancellationToken.None);
        var (options, history, acknowledged) = (new LoadOptions(), new OperationHistory(), new AcknowledgedPayments());
        using var client = new PaymentClient(deployment.Front, options, clock, history, acknowledged);
        var load = new ConcurrentClients(Clients, client, new RequestMix(Seed, options, acknowledged), clock);
        var failover = new RepeatedFailover(deployment, clock, history);

        var rounds = await failover.RunAsync(Kills, load, warmUp: TimeSpan.FromSeconds(4));
        var found = await failover.VerifyAsync();
        var (ledger, charges) = (found.Ledger, found.Charges);
        var operations = LostPayments.Excuse(history.Snapshot(), ledger.LostByReplication);
        var failed = operations.Where(o => o.Outcome == Outcome.Failed).ToList();
        var measured = RegionFailoverMeasurements.Of(Clients, Seed, operations, rounds, ledger, charges);
        await measured.WriteAsync("region-failover.json");
        output.WriteLine(measured.Describe());
        foreach (var operation in failed.Take(10))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"failed at {operation.EndedAt.TotalSeconds:0.00} s: {operation.Kind} {operation.Key} {operation.Error}"));
        }

        Assert.All(rounds, r => Assert.True(r.Loss.IsProven, $"The fault was not proven: {r.Loss}"));
        Assert.Empty(failed);
        Assert.Equal(0, charges.Duplicates);
        Assert.Empty(charges.WrongKeys);
        Assert.Equal(0, measured.LostByReplication);
        Assert.Empty(ledger.Unexplained);
        Assert.Empty(ledger.Unfinished);
        Assert.Empty(found.Accounts.Unbalanced);
        Assert.Empty(found.Fencing.Violations);

        // On a machine where the clients alone keep the processors busy, the first payment after a failover waits as slow ones do
        // without any: the quiet seconds before the kills tell for how long.
        var stalls = measured.Rounds.Select(round => round.ControlP99 ?? 0).Order().ToList();
        Assert.InRange(measured.MedianEndToFirstCommitMs, double.NegativeInfinity, Math.Max(MedianLimitMs, 2 * stalls[stalls.Count / 2]));
        Assert.InRange(measured.WorstEndToFirstCommitMs, double.NegativeInfinity, Math.Max(WorstLimitMs, 2 * stalls[^1]));
    }
}

using GameDay.Checks;
using GameDay.Deployment;
using GameDay.History;
using GameDay.Load;
using GameDay.Timing;

namespace Resilience.ChaosTests.RegionFailover;

/// <summary>Kills the writer of one pair again and again under load; each time the killed region comes back as the other's standby.</summary>
internal sealed class RepeatedFailover(PaymentSystem deployment, RunClock clock, OperationHistory history)
{
    private static readonly TimeSpan Undisturbed = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PromotionDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterPromotion = TimeSpan.FromSeconds(1);

    public async Task<IReadOnlyList<FailoverRound>> RunAsync(int kills, ConcurrentClients load, TimeSpan warmUp)
    {
        using var stop = new CancellationTokenSource();
        var sending = load.RunAsync(stop.Token);
        var rounds = new List<FailoverRound>();
        try
        {
            await clock.WaitUntilAsync(clock.Now + warmUp, CancellationToken.None);
            var database = deployment.Database;
            for (var round = 0; round < kills; round++)
            {
                var control = clock.Now;
                await clock.WaitUntilAsync(control + Undisturbed, CancellationToken.None);
                var p99 = LatencySummary.Of(history.EndedSince(control)).P99 ?? double.NaN;

                var (writer, standby) = (database.Writer, database.Standby);
                await database.LoseAsync(writer.Region, () => writer.KillAsync(), () => ServerProbe.RefusesConnectionsAsync(writer, CancellationToken.None));
                await clock.WaitUntilAsync(database.Losses[^1].LostAt!.Value + PromotionDelay, CancellationToken.None);
                await database.PromoteAsync(standby.Region, CancellationToken.None);
                await clock.WaitUntilAsync(database.Losses[^1].PromotedAt!.Value + AfterPromotion, CancellationToken.None);
                rounds.Add(new FailoverRound(database.Losses[^1], p99));
                if (round < kills - 1)
                {
                    await database.RebuildAsync(writer.Region, CancellationToken.None);
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            await sending;
        }

        var operations = history.Snapshot();
        return [.. rounds.Select(r => r with { EndToFirstCommitMs = EndToFirstCommit(r.Loss, operations) })];
    }

    public async Task<Verification> VerifyAsync()
    {
        var operations = history.Snapshot();
        return Verification.Of(
            operations, await BookKeeping.RunAsync(deployment.Database, deployment.Simulators.BaseAddress, operations, clock, CancellationToken.None));
    }

    private static double? EndToFirstCommit(RegionLoss loss, IReadOnlyList<Operation> operations)
    {
        var first = operations
            .Where(o => o.IsAcknowledged && o.Region == loss.Survivor && o.EndedAt >= loss.PromotionOrderedAt)
            .MinBy(o => o.EndedAt);
        return (first?.EndedAt - loss.PromotedAt)?.TotalMilliseconds;
    }
}

using GameDay.Checks;
using GameDay.Deployment;
using GameDay.Experiments.RegionFailover;
using GameDay.History;
using GameDay.Load;
using GameDay.Timing;

namespace Resilience.ChaosTests;

/// <summary>Kills the writer of one pair again and again under load; each time the killed region comes back as the other's standby.</summary>
internal sealed class RepeatedFailover(RegionalDeployment deployment, RunClock clock, OperationHistory history)
{
    private static readonly TimeSpan Undisturbed = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PromotionDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterPromotion = TimeSpan.FromSeconds(1);

    public async Task<IReadOnlyList<FailoverRound>> RunAsync(int kills, ILoad load, TimeSpan warmUp)
    {
        using var stop = new CancellationTokenSource();
        var sending = load.RunAsync(stop.Token);
        var rounds = new List<FailoverRound>();
        try
        {
            await clock.WaitUntilAsync(clock.Now + warmUp, CancellationToken.None);
            var (writer, standby) = (deployment.Database.East, deployment.Database.West);
            for (var round = 0; round < kills; round++)
            {
                var control = clock.Now;
                await clock.WaitUntilAsync(control + Undisturbed, CancellationToken.None);
                var p99 = LatencySummary.Of(history.EndedSince(control)).P99 ?? double.NaN;

                var fault = new RegionLossFault(writer, standby, clock);
                await fault.KillAsync(CancellationToken.None);
                await clock.WaitUntilAsync(fault.Loss.KilledAt!.Value + PromotionDelay, CancellationToken.None);
                await fault.PromoteAsync(CancellationToken.None);
                await clock.WaitUntilAsync(fault.Loss.PromotedAt!.Value + AfterPromotion, CancellationToken.None);
                rounds.Add(new FailoverRound(fault.Loss, p99));

                if (round < kills - 1)
                {
                    await writer.RebuildAsStandbyOfAsync(standby);
                    await writer.WaitUntilCaughtUpAsync(standby);
                    (writer, standby) = (standby, writer);
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

    /// <summary>Compares each payment with the last survivor; what is missing may be excused only by the kill that could have lost it.</summary>
    public async Task<LedgerFindings> VerifyAsync(IReadOnlyList<FailoverRound> rounds)
    {
        var operations = history.Snapshot();
        var survivor = deployment.Database.All.Single(s => s.Region == rounds[^1].Loss.Survivor).AdminConnectionString;
        await LedgerVerification.RunAsync(survivor, operations, deadRegion: null, clock, CancellationToken.None);

        var rows = await SurvivorLedger.ReadAsync(survivor, CancellationToken.None);
        var findings = operations
            .GroupBy(o => rounds.FirstOrDefault(r => r.Loss.Dead == o.Region && r.Loss.KilledAt >= o.SentAt)?.Loss.KilledAt)
            .Select(group => LedgerCheck.Compare([.. group], rows, group.Key is null ? null : group.First().Region))
            .ToList();
        return new LedgerFindings(
            findings.Sum(f => f.Acknowledged),
            [.. findings.SelectMany(f => f.LostByReplication)],
            [.. findings.SelectMany(f => f.Unexplained)],
            [.. findings.SelectMany(f => f.Unfinished)],
            findings.Sum(f => f.Pending));
    }

    private static double? EndToFirstCommit(RegionLoss loss, IReadOnlyList<Operation> operations)
    {
        var first = operations
            .Where(o => o.IsAcknowledged && o.Region == loss.Survivor && o.EndedAt >= loss.PromotionOrderedAt)
            .MinBy(o => o.EndedAt);
        return (first?.EndedAt - loss.PromotedAt)?.TotalMilliseconds;
    }
}

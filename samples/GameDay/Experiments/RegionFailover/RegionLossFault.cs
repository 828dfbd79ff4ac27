using GameDay.Timing;
using Resilience.TestKit;

namespace GameDay.Experiments.RegionFailover;

/// <summary>Kills the writing region and promotes the other, and asks both servers whether it really happened.</summary>
internal sealed class RegionLossFault(PostgresServer writer, PostgresServer standby, RunClock clock)
{
    public RegionLoss Loss { get; private set; } = new() { Dead = writer.Region, Survivor = standby.Region };

    public async Task KillAsync(CancellationToken ct)
    {
        Loss = Loss with { KilledAt = clock.Now };
        await writer.KillAsync(ct);
        Loss = Loss with { IsDead = await ServerProbe.RefusesConnectionsAsync(writer, ct) };
    }

    public async Task PromoteAsync(CancellationToken ct)
    {
        Loss = Loss with { PromotionOrderedAt = clock.Now };
        await standby.PromoteAsync(ct);
        Loss = Loss with { PromotedAt = clock.Now };
        Loss = Loss with
        {
            IsWritable = await ServerProbe.IsWritableAsync(standby, ct),
            ReplicatedUntil = await ServerProbe.LastReplayedCommitAsync(standby, ct) is { } utc ? clock.FromUtc(utc) : null,
        };
    }

    /// <summary>Brings a writer back when the fault was not completed. After a promotion the old writer must stay away.</summary>
    public async Task RollBackAsync(CancellationToken ct)
    {
        if (Loss.PromotionOrderedAt is null && !writer.IsRunning)
        {
            await writer.StartAsync(ct);
        }
    }
}

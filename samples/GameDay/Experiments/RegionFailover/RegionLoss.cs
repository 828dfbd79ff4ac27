namespace GameDay.Experiments.RegionFailover;

/// <summary>What was done to the database and what proves it. Moments are those of the run's clock.</summary>
internal sealed record RegionLoss
{
    /// <summary>The region that was killed.</summary>
    public required string Dead { get; init; }

    /// <summary>The region that was promoted.</summary>
    public required string Survivor { get; init; }

    /// <summary>Just before the signal was sent.</summary>
    public TimeSpan? KilledAt { get; init; }

    /// <summary>The killed server refuses connections.</summary>
    public bool IsDead { get; init; }

    /// <summary>The commit time of the last transaction that the survivor has of the dead region; null if that is not known.</summary>
    public TimeSpan? ReplicatedUntil { get; init; }

    public TimeSpan? PromotionOrderedAt { get; init; }

    /// <summary>When the promoted server was seen writable.</summary>
    public TimeSpan? PromotedAt { get; init; }

    /// <summary>The promoted server gives out transaction ids, which a standby cannot.</summary>
    public bool IsWritable { get; init; }

    public bool IsProven => IsDead && IsWritable;

    /// <summary>How much of the log the standby lacked when the writer died, in time; a commit replicated after the kill counts as none.</summary>
    public TimeSpan? DurabilityLag => KilledAt is { } killed && ReplicatedUntil is { } until ? Larger(killed - until, TimeSpan.Zero) : null;

    private static TimeSpan Larger(TimeSpan one, TimeSpan other) => one > other ? one : other;
}

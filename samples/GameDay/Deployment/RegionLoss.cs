namespace GameDay.Deployment;

/// <summary>How the writing region was lost and another took its place, and what proves it. Moments are those of the run's clock.</summary>
internal sealed record RegionLoss
{
    /// <summary>The region that wrote until then.</summary>
    public required string Dead { get; init; }

    /// <summary>The region that was promoted.</summary>
    public required string Survivor { get; init; }

    /// <summary>Just before it was killed, hung, cut off or set read-only.</summary>
    public TimeSpan? LostAt { get; init; }

    /// <summary>The lost server was asked and is gone: it refuses connections or answers nothing.</summary>
    public bool IsDead { get; init; }

    /// <summary>The commit time of the last transaction that the survivor has of the lost region; null if that is not known.</summary>
    public TimeSpan? ReplicatedUntil { get; init; }

    public TimeSpan? PromotionOrderedAt { get; init; }

    /// <summary>When the promoted server was seen writable.</summary>
    public TimeSpan? PromotedAt { get; init; }

    /// <summary>The promoted server gives out transaction ids, which a standby cannot.</summary>
    public bool IsWritable { get; init; }

    public bool IsProven => IsDead && IsWritable;

    /// <summary>How much of the log the standby lacked when the writer was lost, in time; a commit replicated afterwards counts as none.</summary>
    public TimeSpan? DurabilityLag => LostAt is { } lost && ReplicatedUntil is { } until ? Larger(lost - until, TimeSpan.Zero) : null;

    private static TimeSpan Larger(TimeSpan one, TimeSpan other) => one > other ? one : other;
}

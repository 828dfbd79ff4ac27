namespace Resilience.Regions;

/// <summary>What is known of one region.</summary>
internal sealed record RegionState(string Name)
{
    public RegionCondition Condition { get; init; }

    /// <summary>The last report, kept while the region is silent so that its last words can be shown.</summary>
    public ServerReport? Report { get; init; }

    /// <summary>When the last answered probe was sent.</summary>
    public TimeSpan? ContactAt { get; init; }

    /// <summary>When the first answered probe was sent since the last one that failed; null before the first.</summary>
    public TimeSpan? AnswersSince { get; init; }

    /// <summary>When the last accepted observation's probe was sent; earlier ones are late and lose.</summary>
    public TimeSpan? ObservedAt { get; init; }

    /// <summary>Failed probes in a row; 0 after an answer.</summary>
    public int Misses { get; init; }

    public RegionFailure? Failure { get; init; }

    /// <summary>When it last answered a probe too late; it is slow then, and not silent.</summary>
    public TimeSpan? HeardAt { get; init; }

    /// <summary>Whether its silence was told of; once for each.</summary>
    public bool IsGivenUp { get; init; }

    /// <summary>Why it refused a write, and when it did last; forgotten some seconds later.</summary>
    public RegionFailure? Refusal { get; init; }

    public TimeSpan? RefusedAt { get; init; }

    /// <summary>Smoothed round trip (EWMA, α = 0.2 as in MongoDB's SDAM); null before the first answer.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>
    /// Everything the writer had committed by this moment is here. On plain PostgreSQL measured in positions, not by clocks: a standby whose
    /// replay position has passed a position that the writer reported at this moment. On Aurora by its own figure.
    /// </summary>
    public TimeSpan? FreshAsOf { get; init; }

    /// <summary>Why its last claim was refused; null once one is written.</summary>
    public RegionFailure? ClaimFailure { get; init; }

    public TimeSpan? ClaimFailedAt { get; init; }

    /// <summary>When it was first seen to take writes without a break, rightly or not; null while it says that it does not.</summary>
    public TimeSpan? TakesWritesSince { get; init; }

    /// <summary>When it was first seen as a standby without a break since: no failed probe and no restart.</summary>
    public TimeSpan? StandbySince { get; init; }

    /// <summary>A standby has received changes after this moment, so the server that it follows was up then; null when it was never seen to.</summary>
    public TimeSpan? FedAfter { get; init; }

    /// <summary>Nothing is heard of it, good or bad: it may be slow, and its connections as good as before.</summary>
    public bool IsSilent => Condition == RegionCondition.Unknown || Failure?.Kind is RegionFailureKind.TimedOut or RegionFailureKind.Unresolved;

    public bool Reachable => Condition is not (RegionCondition.Unknown or RegionCondition.Unreachable or RegionCondition.Rejected);
}

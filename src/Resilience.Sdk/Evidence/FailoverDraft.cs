using Resilience.Regions;

namespace Resilience.Evidence;

/// <summary>The moments of a failover as far as it has come.</summary>
internal sealed record FailoverDraft
{
    public TimeSpan? LastContact { get; init; }

    public TimeSpan? FirstSign { get; init; }

    public TimeSpan? Detected { get; init; }

    public TimeSpan? PromotionSeen { get; init; }

    public TimeSpan? Exposure { get; init; }

    public bool IsPlanned { get; init; }

    public TimeSpan? Held { get; init; }

    public SwitchApproved? Approved { get; init; }

    public string? Reason { get; init; }

    /// <summary>The most telling diagnosis so far: what was wrong, before that another was promoted.</summary>
    public Diagnosis? Diagnosis { get; init; }
}

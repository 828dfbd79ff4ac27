namespace Resilience.Evidence;

/// <summary>The moments of a failover as far as it has come.</summary>
internal sealed record FailoverDraft
{
    public TimeSpan? LastContact { get; init; }

    public TimeSpan? FirstSign { get; init; }

    public TimeSpan? Detected { get; init; }

    public TimeSpan? PromotionSeen { get; init; }

    public string? Reason { get; init; }
}

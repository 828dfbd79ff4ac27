namespace Resilience.DependencyInjection;

/// <summary>What the business asks of recovery (<c>DrResilience:Objectives</c>).</summary>
internal sealed record ObjectivesOptions
{
    /// <summary>1 (most critical) to 4; null when not classified.</summary>
    public int? Tier { get; init; }

    /// <summary>Recovery time objective.</summary>
    public TimeSpan? Rto { get; init; }

    /// <summary>Recovery point objective.</summary>
    public TimeSpan? Rpo { get; init; }
}

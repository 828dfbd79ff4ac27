namespace Resilience.Degradation.Fallbacks;

/// <summary>How far a fallback may go. It must never become the next thing that fails.</summary>
public sealed record FallbackOptions
{
    /// <summary>How long it may take.</summary>
    /// <value>1 second by default; longer than zero.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many may run at once; more are refused.</summary>
    /// <value>50 by default; at least 1.</value>
    public int PermitLimit { get; init; } = 50;

    /// <summary>The oldest answer that may be given; an older one counts as a failure of the fallback.</summary>
    /// <value>Null by default: any age.</value>
    public TimeSpan? MaxStaleness { get; init; }

    /// <summary>The dependency that it calls, whose breaker and bulkhead hold for it as well.</summary>
    /// <value>Null by default: it calls nobody.</value>
    public string? Dependency { get; init; }

    /// <summary>The share of calls, 0 to 1, for which it is run beside a dependency that is well, so that it is known to work when it is needed. Its answer is dropped.</summary>
    /// <value>0 by default.</value>
    public double Exercise { get; init; }
}

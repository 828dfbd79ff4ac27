namespace Resilience.Health;

/// <summary>When a check is made and what its results mean. Durations are positive, thresholds at least 1.</summary>
internal sealed record CheckRules
{
    /// <summary>From the start of one check to the start of the next.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long one may take, by the clock on the wall, whether it heeds its token or not.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Failures in a row until it is unhealthy.</summary>
    public int FailureThreshold { get; init; } = 3;

    /// <summary>Successes in a row until it is healthy again.</summary>
    public int SuccessThreshold { get; init; } = 2;

    /// <summary>The longest interval while it is unhealthy: it doubles from <see cref="Interval"/> up to here.</summary>
    public TimeSpan MaxInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How old the last answer may be before the state is unknown: two intervals and a time-out, and never below what the back-off makes of them.</summary>
    public TimeSpan StaleAfter(TimeSpan interval) => (2 * interval) + Timeout;
}

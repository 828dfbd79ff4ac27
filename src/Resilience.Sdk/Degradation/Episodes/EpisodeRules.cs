namespace Resilience.Degradation.Episodes;

/// <summary>How slowly an episode ends. It begins at once: the dependency's own thresholds have been passed by then.</summary>
internal sealed record EpisodeRules
{
    /// <summary>How long the dependency must be well without a break before calls come back.</summary>
    public TimeSpan Dwell { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The dwell doubles with every relapse, up to here.</summary>
    public TimeSpan MaxDwell { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long calls take to come back in full.</summary>
    public TimeSpan Ramp { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The share of calls that come back first.</summary>
    public double FirstShare { get; init; } = 0.1;

    /// <summary>How long it must be healthy until its relapses are forgotten.</summary>
    public TimeSpan ForgetAfter { get; init; } = TimeSpan.FromMinutes(10);
}

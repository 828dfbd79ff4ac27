namespace Resilience.Pipelines.Chaos;

/// <summary>Attempts that are held back before they are made.</summary>
public sealed record ChaosLatencyOptions
{
    /// <summary>The share of attempts.</summary>
    /// <value>0 by default; 0 to 1.</value>
    public double InjectionRate { get; init; }

    /// <summary>How long each is held back. It counts against the attempt's time-out.</summary>
    /// <value>1 second by default; 0 to 1 day.</value>
    public TimeSpan Latency { get; init; } = TimeSpan.FromSeconds(1);
}

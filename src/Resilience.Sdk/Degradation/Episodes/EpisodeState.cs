namespace Resilience.Degradation.Episodes;

/// <summary>An episode so far. Immutable; only <see cref="EpisodeReducer"/> makes another.</summary>
internal sealed record EpisodeState
{
    public static readonly EpisodeState Initial = new();

    public EpisodePhase Phase { get; init; }

    /// <summary>Since when it is in its phase.</summary>
    public TimeSpan Since { get; init; }

    /// <summary>Since when the dependency has been well without a break; null while it is down.</summary>
    public TimeSpan? WellSince { get; init; } = TimeSpan.Zero;

    /// <summary>How often it came back too early.</summary>
    public int Relapses { get; init; }

    /// <summary>Counts episodes; the first is 1. Between episodes the number of the last.</summary>
    public int Number { get; init; }

    /// <summary>Whether the actions of the episode hold.</summary>
    public bool IsActive => Phase != EpisodePhase.Healthy;

    /// <summary>The share of calls, 0 to 1, that are made while the dependency is well.</summary>
    public double Share(TimeSpan now, EpisodeRules rules) => Phase switch
    {
        EpisodePhase.Healthy => 1,
        EpisodePhase.Degraded => 0,
        _ when rules.Ramp <= TimeSpan.Zero => 1,
        _ => Math.Clamp(Math.Max(rules.FirstShare, (now - Since) / rules.Ramp), 0, 1),
    };
}

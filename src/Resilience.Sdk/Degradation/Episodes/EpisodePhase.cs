namespace Resilience.Degradation.Episodes;

/// <summary>Where a dependency stands between well and lost.</summary>
internal enum EpisodePhase
{
    /// <summary>All is as it should be.</summary>
    Healthy,

    /// <summary>It is down, or was a moment ago: the actions of the episode hold.</summary>
    Degraded,

    /// <summary>It has been well for long enough; calls come back little by little. The actions of the episode hold until all are back.</summary>
    Recovering,
}

using GameDay.Deployment;

namespace Resilience.ChaosTests.RegionFailover;

/// <summary>One kill and promotion, and when the clients could pay again.</summary>
internal sealed record FailoverRound(RegionLoss Loss, double ControlP99Ms)
{
    /// <summary>From the end of the promotion to the first acknowledgement by the promoted region; null while there is none.</summary>
    public double? EndToFirstCommitMs { get; init; }
}

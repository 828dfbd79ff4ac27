namespace Resilience.ChaosTests.RegionFailover;

/// <summary>A round as it is written down, times in milliseconds.</summary>
internal sealed record MeasuredRound(
    string Dead, double? Promotion, double? EndToFirstCommit, double? DurabilityLag, double? ControlP99)
{
    public static MeasuredRound Of(FailoverRound round) => new(
        round.Loss.Dead,
        RegionFailoverMeasurements.Round((round.Loss.PromotedAt - round.Loss.PromotionOrderedAt)?.TotalMilliseconds),
        RegionFailoverMeasurements.Round(round.EndToFirstCommitMs),
        RegionFailoverMeasurements.Round(round.Loss.DurabilityLag?.TotalMilliseconds),
        RegionFailoverMeasurements.Round(round.ControlP99Ms));
}

namespace GameDay.Reporting;

/// <param name="DurationMs">From the order to a writable server.</param>
/// <param name="EndToFirstCommitMs">From there to the first 201 from the promoted region at a client; null if there was none.</param>
internal sealed record PromotionTimes(double DurationMs, double? EndToFirstCommitMs);

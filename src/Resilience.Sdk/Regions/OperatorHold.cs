namespace Resilience.Regions;

/// <summary>An operator's decision that writes go to no other region until it is taken back.</summary>
/// <param name="Principal">Who decided.</param>
/// <param name="At">When, on the process's monotonic clock.</param>
internal sealed record OperatorHold(string Principal, TimeSpan At);

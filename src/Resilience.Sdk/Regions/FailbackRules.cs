namespace Resilience.Regions;

/// <summary>The settings by which <see cref="FailbackDecision"/> decides.</summary>
/// <param name="PreferredRegion">The region that should write.</param>
/// <param name="MaxLag">How far it may be behind.</param>
/// <param name="HealthyFor">How long it must have been well.</param>
internal sealed record FailbackRules(string PreferredRegion, TimeSpan MaxLag, TimeSpan HealthyFor);

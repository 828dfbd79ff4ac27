namespace Resilience.Degradation.Plan;

/// <summary>Switches a feature off for as long as the episode lasts.</summary>
/// <param name="Feature">The feature's name.</param>
internal sealed record DisableFeatureAction(string Feature) : DegradationAction("disable_feature");

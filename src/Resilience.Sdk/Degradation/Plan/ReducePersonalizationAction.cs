namespace Resilience.Degradation.Plan;

/// <summary>Lowers the level of personalization for as long as the episode lasts.</summary>
/// <param name="Level">Its name.</param>
internal sealed record ReducePersonalizationAction(string Level) : DegradationAction("reduce_personalization");

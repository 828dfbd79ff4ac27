namespace Resilience.Degradation.Plan;

/// <summary>Lowers the level of personalization for as long as the episode lasts.</summary>
/// <param name="Level">The level's name: <c>full</c>, <c>segment</c> or <c>generic</c>.</param>
internal sealed record ReducePersonalizationAction(string Level) : DegradationAction("reduce_personalization");

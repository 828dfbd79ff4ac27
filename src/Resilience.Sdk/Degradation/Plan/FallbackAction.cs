namespace Resilience.Degradation.Plan;

/// <summary>Answers from elsewhere.</summary>
/// <param name="Use">The fallback's name.</param>
internal sealed record FallbackAction(string Use) : DegradationAction("fallback");

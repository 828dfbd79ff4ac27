using System.Collections.Immutable;

namespace Resilience.Degradation.Plan;

/// <summary>What is done when dependencies fail. Immutable; a reload makes another, and a call keeps the one that it began with.</summary>
/// <param name="Rules">By service.</param>
/// <param name="Levels">Levels of personalization, the highest first.</param>
internal sealed record DegradationPlan(ImmutableDictionary<string, DegradationRule> Rules, ImmutableArray<string> Levels)
{
    /// <summary>Nothing is degraded.</summary>
    public static readonly DegradationPlan Empty = new(ImmutableDictionary<string, DegradationRule>.Empty, DegradationPlanReader.DefaultLevels);
}

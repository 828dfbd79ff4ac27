using System.Collections.Immutable;
using Resilience.Degradation.Episodes;
using Resilience.Degradation.Plan;

namespace Resilience.Degradation;

/// <summary>A rule with its dependency's episode: all that a call needs, found once.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Episode">The episode of its dependency.</param>
/// <param name="RequestActions">Those of its actions that answer calls.</param>
internal sealed record RuleRuntime(DegradationRule Rule, Episode Episode, ImmutableArray<DegradationAction> RequestActions);

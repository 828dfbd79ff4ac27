using System.Collections.Immutable;

namespace Resilience.Degradation.Plan;

/// <summary>What one service does when its dependency fails.</summary>
/// <param name="Service">The service's name, by which code calls it.</param>
/// <param name="Dependency">The dependency.</param>
/// <param name="Actions">In the order of the configuration, which is the order in which they are tried.</param>
internal sealed record DegradationRule(string Service, string Dependency, ImmutableArray<DegradationAction> Actions);

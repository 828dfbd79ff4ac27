using Resilience.Degradation.Plan;

namespace Resilience.Degradation;

/// <summary>An action that is in force.</summary>
/// <param name="Service">The service whose rule it is.</param>
/// <param name="Dependency">The dependency whose episode it is.</param>
/// <param name="Action">The action.</param>
internal sealed record ActiveAction(string Service, string Dependency, DegradationAction Action);

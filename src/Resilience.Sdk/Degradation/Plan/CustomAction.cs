using System.Collections.Immutable;

namespace Resilience.Degradation.Plan;

/// <summary>An action that the application added.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Settings">Its further keys.</param>
internal sealed record CustomAction(string Name, ImmutableDictionary<string, string> Settings) : DegradationAction(Name);

namespace Resilience.Degradation;

/// <summary>An action that answered in place of a dependency.</summary>
/// <param name="Service">The service whose rule it is.</param>
/// <param name="Action">The action.</param>
/// <param name="Source">The fallback or queue.</param>
/// <param name="Age">How old the answer is; null when it does not say.</param>
internal readonly record struct DegradationNote(string Service, string Action, string Source, TimeSpan? Age);

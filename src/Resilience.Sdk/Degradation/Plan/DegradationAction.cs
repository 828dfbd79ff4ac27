namespace Resilience.Degradation.Plan;

/// <summary>What is done while a dependency fails. Actions of an episode are done once and undone at its end; those of a request are done for each call.</summary>
/// <param name="Name">What the configuration calls it.</param>
internal abstract record DegradationAction(string Name);

namespace Resilience.Fleet;

/// <summary>What is degraded in a replica.</summary>
/// <param name="Dependency">The dependency that is or was down.</param>
/// <param name="Phase"><c>degraded</c> or <c>recovering</c>.</param>
/// <param name="SinceSeconds">For how long.</param>
internal sealed record EpisodeNote(string Dependency, string Phase, double SinceSeconds);

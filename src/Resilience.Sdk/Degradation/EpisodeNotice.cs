namespace Resilience.Degradation;

/// <summary>What an action of the application's own is told when an episode begins or ends.</summary>
/// <param name="Service">The service whose rule it is.</param>
/// <param name="Dependency">The dependency that failed.</param>
/// <param name="Began">True when the episode begins, false when it is over.</param>
/// <param name="Settings">The further keys of the action in the configuration.</param>
public sealed record EpisodeNotice(string Service, string Dependency, bool Began, IReadOnlyDictionary<string, string> Settings);

namespace Resilience.Postgres;

/// <summary>What stands in the file of <see cref="TermMemory"/>.</summary>
internal sealed record TermFile(string Dependency, long SystemIdentifier, long Epoch, int Timeline);

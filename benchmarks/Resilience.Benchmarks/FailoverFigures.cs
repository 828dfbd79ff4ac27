namespace Resilience.Benchmarks;

/// <summary>What one failover cost one contestant.</summary>
internal readonly record struct FailoverFigures(double FirstCommitMs, double FailedCalls);

using Polly;

namespace Resilience.Pipelines;

/// <summary>An attempt's outcome with its verdict.</summary>
internal readonly record struct FinishedCall<T>(Outcome<T> Outcome, CallVerdict Verdict);

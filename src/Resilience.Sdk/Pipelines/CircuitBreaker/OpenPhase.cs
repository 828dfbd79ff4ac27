namespace Resilience.Pipelines.CircuitBreaker;

/// <summary>The circuit is open until a moment.</summary>
internal sealed class OpenPhase(long generation, long until) : BreakerPhase(CircuitBreakerState.Open, generation)
{
    /// <summary>The timestamp from which the next call is a trial.</summary>
    public long Until { get; } = until;
}

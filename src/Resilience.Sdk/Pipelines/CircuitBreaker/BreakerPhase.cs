namespace Resilience.Pipelines.CircuitBreaker;

/// <summary>
/// One stay in a state. Every transition makes a new one, and calls carry the one that admitted them, so that a result
/// can only ever count in the phase in which its call began.
/// </summary>
/// <param name="state">The state.</param>
/// <param name="generation">Its number; every transition raises it.</param>
internal abstract class BreakerPhase(CircuitBreakerState state, long generation)
{
    public CircuitBreakerState State { get; } = state;

    public long Generation { get; } = generation;
}

namespace Resilience.Pipelines.CircuitBreaker;

/// <summary>A change of state, worth a log line and a count.</summary>
/// <param name="From">The state before.</param>
/// <param name="To">The state after.</param>
/// <param name="Generation">The number of the new state; each is larger than all before.</param>
/// <param name="Cause">Why.</param>
/// <param name="Timestamp">When, on the time provider's monotonic clock.</param>
/// <param name="Break">How long calls will be rejected; zero unless the circuit opened.</param>
/// <param name="Counts">What the closed circuit had counted; empty unless it was closed.</param>
internal sealed record BreakerTransition(CircuitBreakerState From, CircuitBreakerState To, long Generation, BreakerCause Cause, long Timestamp, TimeSpan Break, WindowCounts Counts);

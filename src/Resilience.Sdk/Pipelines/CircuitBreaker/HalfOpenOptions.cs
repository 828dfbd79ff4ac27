namespace Resilience.Pipelines.CircuitBreaker;

/// <summary>How a circuit breaker finds out, after a break, whether its dependency is back (<c>CircuitBreaker:HalfOpen</c>).</summary>
public sealed record HalfOpenOptions
{
    /// <summary>
    /// How many trial calls must succeed to close the circuit. Also the most that are under way at a time: trials that
    /// succeeded and trials in flight together never exceed it.
    /// </summary>
    /// <value>3 by default; 1 to 100.</value>
    public int Trials { get; init; } = 3;

    /// <summary>
    /// The longest a trial may take. One that has not ended by then counts as failed and reopens the circuit, so that a
    /// dependency that hangs cannot hold the breaker half open. Choose it longer than the attempt's own time-out.
    /// </summary>
    /// <value>10 seconds by default; 100 ms to 10 minutes.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}

namespace Resilience.Pipelines.CircuitBreaker;

/// <summary>The state of a circuit breaker. In <see cref="CircuitBreakerMode.Observe"/> it is the state that enforcing would show.</summary>
public enum CircuitBreakerState
{
    /// <summary>Calls pass and are counted.</summary>
    Closed,

    /// <summary>Calls are rejected until the break has passed.</summary>
    Open,

    /// <summary>A few trial calls pass; their results decide. All others are rejected.</summary>
    HalfOpen,

    /// <summary>Calls are rejected because the mode says so.</summary>
    ForcedOpen,

    /// <summary>Calls pass uncounted because the mode says so.</summary>
    Disabled,
}

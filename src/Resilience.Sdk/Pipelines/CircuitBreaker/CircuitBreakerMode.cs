namespace Resilience.Pipelines.CircuitBreaker;

/// <summary>What a circuit breaker does with its verdict.</summary>
public enum CircuitBreakerMode
{
    /// <summary>Count calls and reject them while the circuit is open.</summary>
    Enforce,

    /// <summary>Count calls and change state as <see cref="Enforce"/> does, but reject nothing: a rehearsal on real traffic.</summary>
    Observe,

    /// <summary>Reject every call and count none; the state below stands as it was.</summary>
    ForcedOpen,

    /// <summary>Admit every call and count none; the state below stands as it was.</summary>
    Disabled,
}

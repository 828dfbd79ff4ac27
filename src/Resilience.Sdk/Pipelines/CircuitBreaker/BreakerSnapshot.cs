namespace Resilience.Pipelines.CircuitBreaker;

/// <summary>What a breaker shows at a moment, for gauges and health. Reading changes nothing.</summary>
internal sealed record BreakerSnapshot
{
    /// <summary>The state that calls meet; in <see cref="CircuitBreakerMode.Observe"/> the one that they would meet.</summary>
    public required CircuitBreakerState State { get; init; }

    /// <summary>The mode in force.</summary>
    public required CircuitBreakerMode Mode { get; init; }

    /// <summary>True while an operator's choice overrides the configured mode.</summary>
    public required bool IsForced { get; init; }

    /// <summary>Whether calls are held back, all or all but a few trials. What only observes holds nothing back.</summary>
    public bool Restricts => Mode != CircuitBreakerMode.Observe && State is CircuitBreakerState.Open or CircuitBreakerState.HalfOpen or CircuitBreakerState.ForcedOpen;

    /// <summary>The number of the state below the mode.</summary>
    public required long Generation { get; init; }

    /// <summary>Failed calls, 0 to 1, of those the closed circuit has counted within the sampling duration; 0 without any.</summary>
    public double FailureRate { get; init; }

    /// <summary>Slow calls, 0 to 1, likewise.</summary>
    public double SlowCallRate { get; init; }

    /// <summary>The calls that the closed circuit has counted within the sampling duration.</summary>
    public long Throughput { get; init; }

    /// <summary>Failures since the last success; 0 unless the circuit is closed.</summary>
    public int ConsecutiveFailures { get; init; }

    /// <summary>What is left of the break; zero when it has passed and the next call will be a trial.</summary>
    public TimeSpan OpenFor { get; init; }

    /// <summary>Trials whose lease still runs.</summary>
    public int TrialsInFlight { get; init; }
}

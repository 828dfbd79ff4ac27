namespace Resilience.Pipelines.CircuitBreaker;

/// <summary>When a dependency's circuit opens, and how it closes again (<c>DrResilience:Dependencies:{name}:CircuitBreaker</c>).</summary>
/// <remarks>
/// Any one trigger opens the circuit: <see cref="ConsecutiveFailures"/>, <see cref="FailureRatio"/> or
/// <see cref="SlowCallRatio"/>. They are examined whenever a call fails or is slow. Calls that the caller cancelled, or
/// that were rejected inside the process, count for nothing. Changing the options keeps what was counted.
/// </remarks>
public sealed record CircuitBreakerOptions
{
    /// <summary>The share of failed calls within <see cref="SamplingDuration"/> that opens the circuit, from <see cref="MinimumThroughput"/> calls on.</summary>
    /// <value>0.5 by default; above 0 and at most 1, or null to switch this trigger off.</value>
    public double? FailureRatio { get; init; } = 0.5;

    /// <summary>The calls within <see cref="SamplingDuration"/> below which no ratio is judged.</summary>
    /// <value>20 by default; 1 to 1,000,000.</value>
    public int MinimumThroughput { get; init; } = 20;

    /// <summary>How far back the ratios look. It moves in ten steps, so a call counts for nine to ten tenths of it.</summary>
    /// <value>30 seconds by default; 500 ms to 1 hour.</value>
    public TimeSpan SamplingDuration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The failures in a row that open the circuit, however few the calls and however long they took to come; a success
    /// starts the count again.
    /// </summary>
    /// <value>5 by default; 1 to 1,000,000, or 0 to switch this trigger off.</value>
    public int ConsecutiveFailures { get; init; } = 5;

    /// <summary>A call that takes this long or longer is slow, whether it succeeds or fails. A slow trial reopens the circuit.</summary>
    /// <value>Null by default: no call is slow. 1 ms to 1 hour.</value>
    public TimeSpan? SlowCallDuration { get; init; }

    /// <summary>
    /// The share of slow calls within <see cref="SamplingDuration"/> that opens the circuit, from
    /// <see cref="MinimumThroughput"/> calls on. Without effect while <see cref="SlowCallDuration"/> is null.
    /// </summary>
    /// <value>0.8 by default; above 0 and at most 1.</value>
    public double SlowCallRatio { get; init; } = 0.8;

    /// <summary>
    /// How long calls are rejected after the circuit opens, give or take 10 % by chance, so that replicas that broke
    /// together do not come back together.
    /// </summary>
    /// <value>30 seconds by default; 100 ms to 1 hour.</value>
    public TimeSpan BreakDuration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The longest break. Each opening that follows another doubles the break up to here. The growth is forgotten once the
    /// circuit has stayed closed for as long as the last break and for <see cref="SamplingDuration"/>. Set it to
    /// <see cref="BreakDuration"/> for breaks that do not grow.
    /// </summary>
    /// <value>5 minutes by default; <see cref="BreakDuration"/> to 24 hours.</value>
    public TimeSpan MaxBreakDuration { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The trial calls after a break.</summary>
    public HalfOpenOptions HalfOpen { get; init; } = new();

    /// <summary>What the breaker does with its verdict.</summary>
    /// <value><see cref="CircuitBreakerMode.Enforce"/> by default.</value>
    public CircuitBreakerMode Mode { get; init; } = CircuitBreakerMode.Enforce;
}

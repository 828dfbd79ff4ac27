namespace Resilience.Pipelines.Retry;

/// <summary>How failed calls are repeated (<c>DrResilience:Dependencies:{name}:Retry</c>).</summary>
/// <remarks>
/// Names and defaults are those of Microsoft.Extensions.Http.Resilience, but for three: the first pause is 200 ms, not 2 s
/// (an answer two seconds late is no answer to most callers); <see cref="MaxDelay"/> is set; and there is a
/// <see cref="Budget"/>. A call is never repeated past its deadline, and only when repeating it is safe.
/// </remarks>
public sealed record RetryOptions
{
    /// <summary>Whether calls are repeated at all.</summary>
    /// <value>True by default.</value>
    public bool Enabled { get; init; } = true;

    /// <summary>Repeats after the first attempt.</summary>
    /// <value>3 by default; 0 to 100.</value>
    public int MaxRetryAttempts { get; init; } = 3;

    /// <summary>The pause before the first repeat, from which <see cref="BackoffType"/> computes the others.</summary>
    /// <value>200 ms by default; 0 to 1 day.</value>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// The longest pause, jitter included; null for no bound. A <c>Retry-After</c> beyond it is not shortened: the call is
    /// not repeated, and its caller gets the answer.
    /// </summary>
    /// <value>30 seconds by default; 1 ms to 1 day, and not below <see cref="Delay"/>.</value>
    public TimeSpan? MaxDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How the pauses grow.</summary>
    /// <value><see cref="BackoffType.Exponential"/> by default.</value>
    public BackoffType BackoffType { get; init; } = BackoffType.Exponential;

    /// <summary>
    /// Whether pauses are spread: exponential ones as <see cref="Jitter"/> says, constant and linear ones by up to a quarter
    /// either way (as Polly does).
    /// </summary>
    /// <value>True by default.</value>
    public bool UseJitter { get; init; } = true;

    /// <summary>How exponential pauses are spread.</summary>
    /// <value><see cref="JitterKind.Full"/> by default.</value>
    public JitterKind Jitter { get; init; } = JitterKind.Full;

    /// <summary>Whether a pause asked for by the dependency is kept. The pause is then never shorter than asked.</summary>
    /// <value>True by default.</value>
    public bool ShouldRetryAfterHeader { get; init; } = true;

    /// <summary>How much traffic repeats and hedges may add; null for no bound.</summary>
    /// <value>A tenth of the calls, at least 3 per second, by default.</value>
    public RetryBudgetOptions? Budget { get; init; } = new();
}

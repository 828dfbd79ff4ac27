namespace Resilience.Pipelines.Chaos;

/// <summary>Faults that are injected in place of the dependency's own (<c>DrResilience:Dependencies:{name}:Chaos</c>).</summary>
/// <remarks>
/// They are injected inside all strategies, once per attempt, so that retry, breaker, bulkhead and time-out see them as if
/// the dependency had caused them. In the environment Production they are refused unless
/// <c>DrResilience:Chaos:AllowInProduction</c> is true.
/// </remarks>
public sealed record ChaosOptions
{
    /// <summary>Whether anything is injected.</summary>
    /// <value>False by default.</value>
    public bool Enabled { get; init; }

    /// <summary>Attempts that are held back before they are made.</summary>
    public ChaosLatencyOptions Latency { get; init; } = new();

    /// <summary>Attempts that fail without being made.</summary>
    public ChaosFaultOptions Fault { get; init; } = new();

    /// <summary>HTTP requests that are answered without being sent.</summary>
    public ChaosOutcomeOptions Outcome { get; init; } = new();

    /// <summary>Makes the choice of the attempts the same in each run. Attempts that run at once may still swap places.</summary>
    /// <value>Null by default: another choice each time; otherwise 0 to 2147483647.</value>
    public int? Seed { get; init; }
}

namespace Resilience.Pipelines.Chaos;

/// <summary>HTTP requests that are answered without being sent, with an empty body. Other calls are not touched.</summary>
public sealed record ChaosOutcomeOptions
{
    /// <summary>The share of attempts.</summary>
    /// <value>0 by default; 0 to 1.</value>
    public double InjectionRate { get; init; }

    /// <summary>The status of the answer.</summary>
    /// <value>503 by default; 200 to 599.</value>
    public int StatusCode { get; init; } = 503;
}

namespace Resilience.Pipelines.Retry;

/// <summary>How the pause before a repeat grows with the number of repeats.</summary>
public enum BackoffType
{
    /// <summary>Always <see cref="RetryOptions.Delay"/>.</summary>
    Constant,

    /// <summary>Once, twice, three times <see cref="RetryOptions.Delay"/>.</summary>
    Linear,

    /// <summary>Once, twice, four times <see cref="RetryOptions.Delay"/>, doubling with every repeat.</summary>
    Exponential,
}

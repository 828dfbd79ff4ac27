namespace Resilience.Pipelines.Retry;

/// <summary>How exponential pauses are spread, so that callers that failed together do not come back together.</summary>
/// <remarks>Both are from M. Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015).</remarks>
public enum JitterKind
{
    /// <summary>
    /// Anything from zero to the exponential pause, uniformly. It puts the least work on a dependency that recovers; some
    /// repeats come almost at once.
    /// </summary>
    Full,

    /// <summary>
    /// Anything from <see cref="RetryOptions.Delay"/> to three times the previous pause, uniformly. No repeat comes at once.
    /// </summary>
    Decorrelated,
}

namespace Resilience.Pipelines.CircuitBreaker;

/// <summary>The calls of the last sampling duration.</summary>
/// <param name="Successes">Calls that succeeded, slow ones included.</param>
/// <param name="Failures">Calls that failed, slow ones included.</param>
/// <param name="Slow">Calls that were slow, however they ended.</param>
internal readonly record struct WindowCounts(long Successes, long Failures, long Slow)
{
    public long Throughput => Successes + Failures;

    public double FailureRate => Share(Failures);

    public double SlowCallRate => Share(Slow);

    private double Share(long part) => Throughput == 0 ? 0 : (double)part / Throughput;
}

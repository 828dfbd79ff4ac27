namespace Resilience.Pipelines.CircuitBreaker;

/// <summary>Decides whether what a closed circuit has counted opens it.</summary>
internal static class BreakerTriggers
{
    public static BreakerCause? Fired(int consecutiveFailures, in WindowCounts counts, CircuitBreakerOptions options)
    {
        if (options.ConsecutiveFailures > 0 && consecutiveFailures >= options.ConsecutiveFailures)
        {
            return BreakerCause.ConsecutiveFailures;
        }

        if (counts.Throughput < options.MinimumThroughput)
        {
            return null;
        }

        if (counts.FailureRate >= options.FailureRatio)
        {
            return BreakerCause.FailureRatio;
        }

        return options.SlowCallDuration is not null && counts.SlowCallRate >= options.SlowCallRatio ? BreakerCause.SlowCalls : null;
    }
}

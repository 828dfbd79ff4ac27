using Resilience.Pipelines.Bulkhead;
using Resilience.Pipelines.CircuitBreaker;
using Resilience.Pipelines.Http;
using Resilience.Pipelines.Retry;

namespace Resilience.Pipelines;

/// <summary>The values behind <see cref="DependencyPreset"/>.</summary>
internal static class DependencyPresets
{
    public static DependencyOptions Of(DependencyPreset preset) => preset switch
    {
        DependencyPreset.Microsoft => new DependencyOptions
        {
            Retry = new RetryOptions { MaxRetryAttempts = 3, Delay = TimeSpan.FromSeconds(2), MaxDelay = null, Jitter = JitterKind.Decorrelated, Budget = null },
            CircuitBreaker = new CircuitBreakerOptions
            {
                FailureRatio = 0.1,
                MinimumThroughput = 100,
                SamplingDuration = TimeSpan.FromSeconds(30),
                ConsecutiveFailures = 0,
                BreakDuration = TimeSpan.FromSeconds(5),
                MaxBreakDuration = TimeSpan.FromSeconds(5),
                HalfOpen = new HalfOpenOptions { Trials = 1 },
            },
            Bulkhead = new BulkheadOptions { Scope = BulkheadScope.Call, PermitLimit = 1000, QueueLimit = 0 },
            Http = new HttpDependencyOptions { RepeatUnsafeMethods = true },
        },
        DependencyPreset.Conservative => new DependencyOptions
        {
            CircuitBreaker = new CircuitBreakerOptions
            {
                FailureRatio = null,
                ConsecutiveFailures = 5,
                BreakDuration = TimeSpan.FromSeconds(30),
                HalfOpen = new HalfOpenOptions { Trials = 3 },
            },
        },
        _ => new DependencyOptions(),
    };
}

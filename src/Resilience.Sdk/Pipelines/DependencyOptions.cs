using Resilience.Pipelines.Bulkhead;
using Resilience.Pipelines.Chaos;
using Resilience.Pipelines.CircuitBreaker;
using Resilience.Pipelines.Hedging;
using Resilience.Pipelines.Http;
using Resilience.Pipelines.Retry;
using Resilience.Pipelines.Timeouts;

namespace Resilience.Pipelines;

/// <summary>
/// How a dependency is called (<c>DrResilience:Dependencies:{name}</c>). Outermost first: total time-out, retry, hedging,
/// breaker, bulkhead, attempt time-out. Each can be switched off alone.
/// </summary>
public sealed record DependencyOptions
{
    /// <summary>The longest a call may take with all its attempts and waits. The caller's own deadline may be shorter.</summary>
    /// <value>30 seconds by default.</value>
    public TimeoutOptions TotalRequestTimeout { get; init; } = TimeoutOptions.Total;

    /// <summary>Repeating what failed.</summary>
    public RetryOptions Retry { get; init; } = new();

    /// <summary>A second attempt beside a slow first one.</summary>
    public HedgingOptions Hedging { get; init; } = new();

    /// <summary>Not calling what is down.</summary>
    public CircuitBreakerOptions CircuitBreaker { get; init; } = new();

    /// <summary>How many calls may run at once.</summary>
    public BulkheadOptions Bulkhead { get; init; } = new();

    /// <summary>The longest a single attempt may take.</summary>
    /// <value>10 seconds by default.</value>
    public TimeoutOptions AttemptTimeout { get; init; } = TimeoutOptions.Attempt;

    /// <summary>What concerns HTTP alone.</summary>
    public HttpDependencyOptions Http { get; init; } = new();

    /// <summary>Faults injected in place of the dependency's own, inside all strategies.</summary>
    public ChaosOptions Chaos { get; init; } = new();

    /// <summary>Which exceptions are failures, where the application has said so; configuration cannot hold it.</summary>
    internal Func<Exception, bool>? ShouldHandle { get; init; }
}

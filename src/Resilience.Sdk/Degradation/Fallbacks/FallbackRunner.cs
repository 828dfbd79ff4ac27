using System.Collections.Concurrent;
using Resilience.Pipelines;
using Resilience.Pipelines.Bulkhead;
using Resilience.Pipelines.CircuitBreaker;
using Resilience.Pipelines.Retry;
using Resilience.Pipelines.Timeouts;

namespace Resilience.Degradation.Fallbacks;

/// <summary>Runs fallbacks within their limits: each has a pipeline of its own, or goes through that of the dependency it calls.</summary>
internal sealed class FallbackRunner(IServiceProvider services, IDependencies dependencies, TimeProvider time, Func<Random> newRandom)
{
    private readonly ConcurrentDictionary<string, Dependency> _own = new(StringComparer.Ordinal);

    /// <exception cref="StaleAnswerException">Its answer is too old.</exception>
    public async ValueTask<FallbackAnswer<TResult>> RunAsync<TRequest, TResult>(Fallback<TRequest, TResult> fallback, TRequest request, CancellationToken cancellationToken)
    {
        var limited = _own.GetOrAdd(fallback.Name, static (_, to) => to.Self.Create(to.Fallback), (Self: this, Fallback: (IFallback)fallback));
        var answer = await limited.ExecuteAsync(
            token => fallback.Options.Dependency is { } target
                ? dependencies[target].ExecuteAsync(inner => fallback.AnswerAsync(services, request, inner), token)
                : fallback.AnswerAsync(services, request, token),
            cancellationToken);
        if (answer.Age > fallback.Options.MaxStaleness)
        {
            throw new StaleAnswerException(
                $"The answer of '{fallback.Name}' is {answer.Age.Value.TotalSeconds:0} s old; at most {fallback.Options.MaxStaleness.Value.TotalSeconds:0} s are allowed (MaxStaleness).");
        }

        return answer;
    }

    private Dependency Create(IFallback fallback) => new(
        $"fallback:{fallback.Name}",
        new DependencyOptions
        {
            TotalRequestTimeout = new TimeoutOptions { Timeout = fallback.Options.Timeout },
            AttemptTimeout = new TimeoutOptions { Enabled = false },
            Retry = new RetryOptions { Enabled = false },
            CircuitBreaker = new CircuitBreakerOptions { Mode = CircuitBreakerMode.Disabled },
            Bulkhead = new BulkheadOptions { PermitLimit = fallback.Options.PermitLimit, QueueLimit = 0 },
        },
        time,
        newRandom);
}

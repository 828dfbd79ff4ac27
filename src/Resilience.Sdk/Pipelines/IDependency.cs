using Polly;
using Resilience.Pipelines.CircuitBreaker;

namespace Resilience.Pipelines;

/// <summary>A named dependency. Thread-safe; changed options keep its state.</summary>
public interface IDependency
{
    /// <summary>Its name in the configuration.</summary>
    string Name { get; }

    /// <summary>
    /// The same as an ordinary Polly pipeline. Callbacks may be repeated. Results are judged as those of
    /// <see cref="ExecuteAsync{T}"/> are; hedging does not apply.
    /// </summary>
    ResiliencePipeline Pipeline { get; }

    /// <summary>The state of its circuit breaker.</summary>
    CircuitBreakerState Circuit { get; }

    /// <summary>Makes a call through deadline, retry, hedging, breaker, bulkhead and attempt time-out.</summary>
    /// <typeparam name="T">What the call returns; an <see cref="HttpResponseMessage"/> is judged by its status.</typeparam>
    /// <param name="attempt">Makes one attempt. It may run several times, with hedging also at once; it should heed its token.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The result of the attempt that counts.</returns>
    /// <exception cref="Polly.CircuitBreaker.BrokenCircuitException">The circuit is open; the call was not made.</exception>
    /// <exception cref="Bulkhead.BulkheadRejectedException">Too many calls were running; the call was not made.</exception>
    /// <exception cref="Polly.Timeout.TimeoutRejectedException">An attempt, or the whole call, took too long.</exception>
    ValueTask<T> ExecuteAsync<T>(Func<CancellationToken, ValueTask<T>> attempt, CancellationToken cancellationToken = default);

    /// <summary>The same for a call without a result.</summary>
    /// <param name="attempt">Makes one attempt.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A task that ends with the call.</returns>
    ValueTask ExecuteAsync(Func<CancellationToken, ValueTask> attempt, CancellationToken cancellationToken = default);

    /// <summary>Overrides the breaker's configured mode until released.</summary>
    /// <param name="mode">The mode to hold; null releases it.</param>
    void Force(CircuitBreakerMode? mode);

    /// <summary>Closes the circuit and forgets what was counted.</summary>
    void Reset();
}

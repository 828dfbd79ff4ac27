using StackExchange.Redis;

namespace Resilience.Redis.Connections;

/// <summary>A Redis server as a dependency: injected by its name, as <c>[FromKeyedServices("cache")] IRedisDependency</c>. Thread-safe.</summary>
public interface IRedisDependency
{
    /// <summary>Its name in the configuration.</summary>
    string Name { get; }

    /// <summary>The multiplexer, the same for everybody. It may not be connected, and connects again by itself.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The multiplexer, as soon as the first try to connect has ended, with or without success.</returns>
    Task<IConnectionMultiplexer> GetMultiplexerAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Runs a command through the dependency's pipeline: deadline, retry, breaker, bulkhead and attempt time-out. The time-outs
    /// bound the wait although the client's own calls heed no token and may have none.
    /// </summary>
    /// <typeparam name="T">What the command returns.</typeparam>
    /// <param name="command">The command. It may be repeated; give it a meaning that allows that, or switch Retry off.</param>
    /// <param name="cancellationToken">Ends the wait; what was sent may still be executed.</param>
    /// <returns>The result of the attempt that counts.</returns>
    /// <exception cref="Polly.CircuitBreaker.BrokenCircuitException">The circuit is open; nothing was sent.</exception>
    /// <exception cref="Polly.Timeout.TimeoutRejectedException">An attempt, or the whole call, took too long.</exception>
    /// <exception cref="RedisException">The server refused it, or there is no connection.</exception>
    ValueTask<T> ExecuteAsync<T>(Func<IDatabase, Task<T>> command, CancellationToken cancellationToken = default);
}

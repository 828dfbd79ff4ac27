using Resilience.Pipelines;
using StackExchange.Redis;

namespace Resilience.Redis.Connections;

/// <summary>Runs commands on a connection through a pipeline.</summary>
internal sealed class RedisDependency(IDependency dependency, RedisConnection connection) : IRedisDependency
{
    public string Name => dependency.Name;

    public Task<IConnectionMultiplexer> GetMultiplexerAsync(CancellationToken cancellationToken = default) =>
        Bounded.WaitAsync(connection.GetAsync(), cancellationToken);

    public ValueTask<T> ExecuteAsync<T>(Func<IDatabase, Task<T>> command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        return dependency.ExecuteAsync(
            async token =>
            {
                var multiplexer = connection.Current ?? await GetMultiplexerAsync(token);
                return await Bounded.WaitAsync(command(multiplexer.GetDatabase()), token);
            },
            cancellationToken);
    }
}

using System.Collections.Concurrent;
using Resilience.DependencyInjection;
using Resilience.Internal;
using StackExchange.Redis;

namespace Resilience.Redis.Connections;

/// <summary>The multiplexers of the application, by dependency. Each is made once; a changed configuration counts from the next start.</summary>
internal sealed class RedisConnections(IServiceProvider services, SettingsMonitor settings, IEnumerable<OwnMultiplexer> own) : IDisposable
{
    private static readonly TimeSpan LongestFirstConnect = TimeSpan.FromSeconds(5);
    private readonly Dictionary<string, OwnMultiplexer> _own = own.ToDictionary(one => one.Dependency, StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<RedisConnection>> _connections = new(StringComparer.Ordinal);

    /// <exception cref="InvalidOperationException">No Redis dependency of that name is configured.</exception>
    public RedisConnection Get(string name) => _connections.GetOrAdd(name, key => new Lazy<RedisConnection>(() => Create(key))).Value;

    /// <summary>The multiplexer, for whoever cannot wait asynchronously; waits for the first try to connect, but not for the server.</summary>
    /// <exception cref="InvalidOperationException">No Redis dependency of that name is configured, or none can be made yet.</exception>
    public IConnectionMultiplexer Multiplexer(string name)
    {
        var connection = Get(name);
        try
        {
#pragma warning disable VSTHRD002 // A constructor that is injected cannot await; the wait has a bound and the connecting a thread of its own.
            return connection.Current ?? connection.GetAsync().WaitAsync(LongestFirstConnect).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
        }
        catch (Exception exception) when (exception is TimeoutException or RedisConnectionException)
        {
            throw new InvalidOperationException(
                $"The multiplexer of '{name}' cannot be made yet: its address cannot be resolved or does not answer. Inject IRedisDependency instead, which waits asynchronously.", exception);
        }
    }

    public void Dispose()
    {
        foreach (var connection in _connections.Values.Where(connection => connection.IsValueCreated))
        {
            connection.Value.Dispose();
        }
    }

    private RedisConnection Create(string name)
    {
        if (_own.TryGetValue(name, out var own))
        {
            return RedisConnection.Of(() => own.Multiplexer(services));
        }

        if (settings.Current.OfKind.GetValueOrDefault(name)?.Options is RedisOptions { Configuration: { } text } && RedisConfiguration.TryRead(text, out var options))
        {
            return RedisConnection.To(options);
        }

        var known = settings.Current.OfKind.Where(one => one.Value.Options is RedisOptions).Select(one => one.Key).Concat(_own.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var nearest = NearestName.Of(name, known);
        throw new InvalidOperationException(
            $"No Redis dependency '{name}' is configured.{(known.Count == 0 ? "" : $" Configured: {string.Join(", ", known)}.")}{(nearest is null ? "" : $" Did you mean '{nearest}'?")} Add {DrResilienceSettingsReader.SectionName}:Dependencies:{name}:Redis:Configuration.");
    }
}

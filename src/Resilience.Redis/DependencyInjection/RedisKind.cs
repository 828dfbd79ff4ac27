using Microsoft.Extensions.DependencyInjection;
using Resilience.DependencyInjection;
using Resilience.Health;
using Resilience.Internal;
using Resilience.Pipelines;
using Resilience.Redis.Connections;
using Resilience.Redis.Health;

namespace Resilience.Redis.DependencyInjection;

/// <summary>Redis as a kind of dependency. It is read before the settings are there, so it finds everything else late.</summary>
internal sealed class RedisKind(IServiceProvider services, IEnumerable<OwnMultiplexer> own) : IDependencyKind
{
    private readonly HashSet<string> _own = own.Select(one => one.Dependency).ToHashSet(StringComparer.Ordinal);

    public string Key => "Redis";

    public object Read(string name, ConfigurationReader section) => RedisOptionsReader.Read(section, _own.Contains(name));

    public ICheck CheckOf(string name) => new RedisCheck(
        services.GetRequiredService<DependencyRegistry>().Get(name),
        () => services.GetRequiredService<RedisConnections>().Get(name),
        services.GetRequiredService<HealthMonitor>().Clock);
}

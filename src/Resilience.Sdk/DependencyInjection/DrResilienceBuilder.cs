using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Resilience.DependencyInjection;

/// <summary>Adds to the SDK what configuration cannot hold. Used while the application is built, by one thread.</summary>
public sealed class DrResilienceBuilder
{
    internal DrResilienceBuilder(IServiceCollection services) => Services = services;

    /// <summary>The services of the application being built.</summary>
    internal IServiceCollection Services { get; }

    internal Dictionary<string, Action<string, NpgsqlDataSourceBuilder>> DataSources { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Changes how the data sources of a database are built: type mappings, a password or token provider, TLS callbacks.
    /// </summary>
    /// <param name="dependency">The database's name in the configuration.</param>
    /// <param name="configure">Called once per region, with the region's name, for its pool and again for its monitor's connection.</param>
    /// <returns>This builder.</returns>
    public DrResilienceBuilder ConfigureDataSource(string dependency, Action<string, NpgsqlDataSourceBuilder> configure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(dependency);
        ArgumentNullException.ThrowIfNull(configure);
        DataSources[dependency] = DataSources.TryGetValue(dependency, out var before) ? before + configure : configure;
        return this;
    }
}

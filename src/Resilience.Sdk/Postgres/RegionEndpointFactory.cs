using Microsoft.Extensions.Logging;
using Npgsql;
using Resilience.Internal;
using Resilience.Postgres.Pooling;
using Resilience.Postgres.Probing;
using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>Makes what one region needs: its pool and its monitor, over connection strings that are completed for servers that may die.</summary>
internal sealed class RegionEndpointFactory(PostgresOptions options, TopologyRules rules, TopologyTracker tracker, RegionSetContext context)
{
    /// <summary>Of all regions, or of none: when one cannot be made, nothing is left of the others.</summary>
    public IReadOnlyList<RegionEndpoint> CreateAll()
    {
        var endpoints = new List<RegionEndpoint>();
        try
        {
            endpoints.AddRange(options.Regions.Select(Create));
            return endpoints;
        }
        catch
        {
            foreach (var endpoint in endpoints)
            {
                endpoint.Pool.Dispose();
                endpoint.Monitor.Discard();
            }

            throw;
        }
    }

    private RegionEndpoint Create(PostgresRegionOptions region)
    {
        var settings = RegionConnectionString.Complete(region.ConnectionString, options.WarmConnections);
        var name = new NameLookup(settings.Host!, context.Clock);
        var probes = new ProbeSource(CreateUnpooled(region), name);
        var endpoint = new RegionEndpoint(
            region.Name,
            $"{settings.Host}:{settings.Port}",
            new ServerAddresses(name, settings.Host!, settings.Port, context.Clock.Time),
            CreatePool(region, settings, name, probes),
            Math.Min(options.WarmConnections, settings.MaxPoolSize),
            context.Logger);
        endpoint.Monitor = new RegionMonitor(
            region.Name, probes, () => new RegionProbe(region.Name, rules.Switch == SwitchMode.Approval, probes, context.Clock), tracker, context.Clock, context.NewRandom(), context.Logger);
        return endpoint;
    }

    /// <summary>Connections beside the pool. The caller disposes of it.</summary>
    public NpgsqlDataSource CreateUnpooled(PostgresRegionOptions region) =>
        Build(region.Name, Unpooled(RegionConnectionString.Complete(region.ConnectionString, warmConnections: 0)), loggerFactory: null);

    private RegionPool CreatePool(PostgresRegionOptions region, NpgsqlConnectionStringBuilder settings, NameLookup name, ProbeSource probes)
    {
        try
        {
            return new RegionPool(
                Build(region.Name, settings.ConnectionString, context.LoggerFactory), name, options.MaxConcurrentOpens, options.MaxOpensPerSecond, context.Clock.Time);
        }
        catch
        {
            // The application's own changes may throw.
            probes.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Probes get no logger: Npgsql would log each of them. They read numbers and texts, so their first contact need not wait for a
    /// list of the server's types.
    /// </summary>
    private NpgsqlDataSource Build(string region, string connectionString, ILoggerFactory? loggerFactory)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        builder.UseLoggerFactory(loggerFactory);
        if (loggerFactory is null)
        {
            builder.ConfigureTypeLoading(static types => types.EnableTypeLoading(false));
        }

        context.Configure?.Invoke(region, builder);
        return builder.Build();
    }

    private static string Unpooled(NpgsqlConnectionStringBuilder settings) => new NpgsqlConnectionStringBuilder(settings.ConnectionString)
    {
        Pooling = false,
        MinPoolSize = 0,
        Enlist = false,
        CommandTimeout = 5,

        // Giving up a hung connection opens another to cancel it; that must end soon, whatever the application's own patience.
        Timeout = settings.Timeout is > 0 and < RegionConnectionString.ConnectTimeoutSeconds ? settings.Timeout : RegionConnectionString.ConnectTimeoutSeconds,
        ApplicationName = string.IsNullOrEmpty(settings.ApplicationName) ? "dr-monitor" : $"{settings.ApplicationName} dr-monitor",
    }.ConnectionString;
}

using System.Globalization;
using Npgsql;
using Resilience.TestKit;

namespace GameDay.Deployment;

/// <summary>How a replica of the service is configured.</summary>
internal static class ServiceSettings
{
    public static Dictionary<string, string?> Of(PaymentSystem system, HaproxyProcess? sidecar, string? journal)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["DrResilience__Region"] = system.Database.All[0].Region,
            ["DrResilience__Objectives__Rto"] = system.Targets.Rto.ToString("c", CultureInfo.InvariantCulture),
            ["DrResilience__Objectives__Rpo"] = system.Targets.Rpo.ToString("c", CultureInfo.InvariantCulture),
            ["DrResilience__Dependencies__cache__Redis__Configuration"] = Endpoint(system.Proxies.AddressOf("cache", system.Redis.Host, system.Redis.Port)),
            ["DrResilience__Journal__Path"] = journal,
        };
        foreach (var name in SimulatorFaults.Services)
        {
            var direct = system.Simulators.BaseAddress;
            settings[$"Services__{name}"] = sidecar is null
                ? $"http://{Endpoint(system.Proxies.AddressOf(name, direct.Host, direct.Port))}"
                : ReplicaProxies.Of(sidecar, name).GetLeftPart(UriPartial.Authority);
        }

        foreach (var (index, server) in system.Database.All.Index())
        {
            var region = string.Create(CultureInfo.InvariantCulture, $"DrResilience__Dependencies__payments-db__Postgres__Regions__{index}__");
            var (host, port) = system.Proxies.AddressOf(server.Region, system.Names is null ? server.Host : RegionNames.Of(server.Region), server.Port);
            settings[region + "Name"] = server.Region;
            settings[region + "ConnectionString"] = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Host = host, Port = port }.ConnectionString;
        }

        foreach (var (name, value) in system.Spec.Settings)
        {
            settings[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        return settings;
    }

    private static string Endpoint((string Host, int Port) address) => string.Create(CultureInfo.InvariantCulture, $"{address.Host}:{address.Port}");
}

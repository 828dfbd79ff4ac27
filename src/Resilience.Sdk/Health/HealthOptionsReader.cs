using System.Collections.Immutable;
using Resilience.Health.Watchdog;
using Resilience.Internal;

namespace Resilience.Health;

/// <summary>Reads what the process tells about itself, and how it leaves.</summary>
internal static class HealthOptionsReader
{
    private const int HighestPort = 65535;
    private static readonly TimeSpan LongestDrain = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <param name="reader">The section; null when it is absent.</param>
    /// <param name="probe">What checks inherit.</param>
    public static HealthOptions Read(ConfigurationReader? reader, ProbeOptions probe)
    {
        var given = new HealthOptions();
        if (reader is null)
        {
            return given;
        }

        var options = given with
        {
            ManagementPort = reader.Integer("ManagementPort", given.ManagementPort, 1, HighestPort),
            DrainDelay = reader.Duration("DrainDelay", given.DrainDelay, TimeSpan.Zero, LongestDrain),
            LongestRequest = reader.Duration("LongestRequest", given.LongestRequest, TimeSpan.Zero, Hour),
            KeepServing = reader.Boolean("KeepServing", given.KeepServing),
            TerminationGracePeriod = reader.OptionalDuration("TerminationGracePeriod", given.TerminationGracePeriod, TimeSpan.Zero, Hour),
            Watchdog = WatchdogOptionsReader.Read(reader.Section("Watchdog")),
            Checks = reader.Children("Checks").ToImmutableDictionary(check => check.Key, check => ProbeOptionsReader.Read(check.Value, probe), StringComparer.Ordinal),
            Fleet = ReadFleet(reader),
        };
        reader.RejectUnknownKeys();
        return options;
    }

    private static string? ReadFleet(ConfigurationReader reader)
    {
        if (reader.Text("Fleet") is not { } address)
        {
            return null;
        }

        var colon = address.LastIndexOf(':');
        if (colon > 0 && int.TryParse(address.AsSpan(colon + 1), out var port) && port is > 0 and <= HighestPort && Uri.CheckHostName(address[..colon]) != UriHostNameType.Unknown)
        {
            return address;
        }

        reader.Report("Fleet", address, "is not a host with a port, for example 'payment-service-headless:8081'.");
        return null;
    }
}

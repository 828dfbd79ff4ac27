using Resilience.Internal;
using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>Reads a <c>Postgres</c> section and checks it as a whole.</summary>
internal static class PostgresOptionsReader
{
    private const int LongestName = 63;

    public static PostgresOptions Read(ConfigurationReader reader)
    {
        var defaults = new PostgresOptions { Regions = [] };
        var options = defaults with
        {
            Regions = ReadRegions(reader),
            Switch = ReadSwitch(reader),
            Failback = reader.Choice("Failback", defaults.Failback),
            WaitForWriter = reader.Duration("WaitForWriter", defaults.WaitForWriter, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)),
            WarmConnections = reader.Integer("WarmConnections", defaults.WarmConnections, 0, 100),
            OperationRetention = reader.Duration("OperationRetention", defaults.OperationRetention, TimeSpan.FromHours(1), TimeSpan.FromDays(365)),
        };
        reader.RejectUnknownKeys();
        return options;
    }

    private static List<PostgresRegionOptions> ReadRegions(ConfigurationReader reader)
    {
        var sections = reader.Children("Regions");
        if (sections.Count == 0)
        {
            reader.Report("Regions", null, "is empty. List at least one region with Name and ConnectionString.");
        }

        var regions = new List<PostgresRegionOptions>();
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var servers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (_, section) in sections)
        {
            var name = ReadName(section, names);
            var connectionString = section.Text("ConnectionString");
            section.RejectUnknownKeys();
            if (RegionConnectionString.TryRead(connectionString, out var target, out var problem))
            {
                if (!servers.TryAdd(target, section.Path))
                {
                    section.Report("ConnectionString", null, $"points at {target}, as {servers[target]} does. Each region is another server.");
                }
            }
            else
            {
                // The value is never shown: it may hold a password.
                section.Report("ConnectionString", null, problem);
                continue;
            }

            if (name is not null)
            {
                regions.Add(new PostgresRegionOptions { Name = name, ConnectionString = connectionString! });
            }
        }

        return regions;
    }

    private static string? ReadName(ConfigurationReader section, Dictionary<string, string> names)
    {
        var name = section.Text("Name");
        if (string.IsNullOrWhiteSpace(name))
        {
            section.Report("Name", name, "is missing. Give the region's name, for example 'us-east-1'.");
            return null;
        }

        if (name.Length > LongestName || name.Any(char.IsControl))
        {
            section.Report("Name", name, $"is not a region name. Use at most {LongestName} characters and no control characters.");
            return null;
        }

        if (!names.TryAdd(name, section.Path))
        {
            section.Report("Name", name, $"is used twice; {names[name]} has it already. Region names are unique within a database.");
        }

        return name;
    }

    private static SwitchOptions ReadSwitch(ConfigurationReader reader)
    {
        var defaults = new SwitchOptions();
        if (reader.Section("Switch") is not { } section)
        {
            return defaults;
        }

        var options = new SwitchOptions
        {
            Mode = section.Choice("Mode", defaults.Mode),
            Approvals = section.Integer("Approvals", defaults.Approvals, 1, 10),
            Corroboration = section.Choice("Corroboration", defaults.Corroboration),
        };
        section.RejectUnknownKeys();
        if (options.Mode == SwitchMode.Approval)
        {
            section.Report("Mode", nameof(SwitchMode.Approval), "is not available in this version. Use Automatic, or Hold to stay on the first writer.");
        }

        if (options.Corroboration == Corroboration.Strict)
        {
            section.Report("Corroboration", nameof(Corroboration.Strict), "is not available in this version. Use Available.");
        }

        return options;
    }
}

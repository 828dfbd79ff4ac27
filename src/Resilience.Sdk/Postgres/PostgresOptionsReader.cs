using Resilience.Internal;
using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>Reads a <c>Postgres</c> section and checks it as a whole.</summary>
internal static class PostgresOptionsReader
{
    /// <param name="reader">The section.</param>
    /// <param name="hasSwitchover">Whether the application has registered a switchover for this database.</param>
    public static PostgresOptions Read(ConfigurationReader reader, bool hasSwitchover)
    {
        var defaults = new PostgresOptions { Regions = [] };
        var options = defaults with
        {
            Regions = ReadRegions(reader, out var keys),
            Switch = ReadSwitch(reader),
            Failback = ReadFailback(reader),
            WaitForWriter = reader.Duration("WaitForWriter", defaults.WaitForWriter, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)),
            WarmConnections = reader.Integer("WarmConnections", defaults.WarmConnections, 0, 100),
            MaxConcurrentOpens = reader.Integer("MaxConcurrentOpens", defaults.MaxConcurrentOpens, 1, 100),
            MaxOpensPerSecond = reader.OptionalNumber(
                "MaxOpensPerSecond", defaults.MaxOpensPerSecond, PostgresOptionsValidator.LowestRate, PostgresOptionsValidator.HighestRate),
            OperationRetention = reader.Duration("OperationRetention", defaults.OperationRetention, TimeSpan.FromHours(1), TimeSpan.FromDays(365)),
        };
        reader.RejectUnknownKeys();
        foreach (var (key, value, message) in PostgresOptionsValidator.Problems(options, hasSwitchover, keys))
        {
            reader.Report(key, value, message);
        }

        return options;
    }

    /// <param name="reader">The section.</param>
    /// <param name="keys">The key of each region in the configuration; providers may leave gaps or use names.</param>
    private static List<PostgresRegionOptions> ReadRegions(ConfigurationReader reader, out List<string> keys)
    {
        var regions = new List<PostgresRegionOptions>();
        keys = [];
        foreach (var (key, section) in reader.Children("Regions"))
        {
            keys.Add(key);
            regions.Add(new PostgresRegionOptions { Name = section.Text("Name") ?? "", ConnectionString = section.Text("ConnectionString") ?? "" });
            section.RejectUnknownKeys();
        }

        return regions;
    }

    private static FailbackOptions ReadFailback(ConfigurationReader reader)
    {
        var defaults = new FailbackOptions();
        if (reader.Section("Failback") is not { } section)
        {
            return defaults;
        }

        var options = new FailbackOptions
        {
            Mode = section.Choice("Mode", defaults.Mode),
            PreferredRegion = section.Text("PreferredRegion"),
            MaxLag = section.Duration("MaxLag", defaults.MaxLag, TimeSpan.Zero, PostgresOptionsValidator.LongestLag),
            HealthyFor = section.Duration("HealthyFor", defaults.HealthyFor, PostgresOptionsValidator.ShortestHealth, PostgresOptionsValidator.LongestHealth),
        };
        section.RejectUnknownKeys();
        return options;
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
            ApprovalExpiry = section.Duration("ApprovalExpiry", defaults.ApprovalExpiry, TimeSpan.FromMinutes(1), TimeSpan.FromDays(1)),
            Corroboration = section.Choice("Corroboration", defaults.Corroboration),
        };
        section.RejectUnknownKeys();
        return options;
    }
}

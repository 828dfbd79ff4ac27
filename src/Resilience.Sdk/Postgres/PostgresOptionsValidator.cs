using System.Globalization;
using Resilience.Internal;
using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>Checks options as a whole, wherever they come from.</summary>
internal static class PostgresOptionsValidator
{
    public const double LowestRate = 0.01;
    public const double HighestRate = 10_000;

    /// <summary>The writer's positions are kept for half a minute; a longer lag could not be told.</summary>
    public static readonly TimeSpan LongestLag = TimeSpan.FromSeconds(20);

    public static readonly TimeSpan ShortestHealth = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan LongestHealth = TimeSpan.FromDays(7);

    private const int LongestName = 63;

    /// <summary>Everything that is wrong: the key below the options, the value unless it may be secret, and the way out.</summary>
    /// <param name="options">The options.</param>
    /// <param name="hasSwitchover">Whether the application has registered a switchover.</param>
    /// <param name="keys">What the regions are called in the configuration; their numbers when null.</param>
    public static IEnumerable<(string Key, string? Value, string Message)> Problems(PostgresOptions options, bool hasSwitchover, IReadOnlyList<string>? keys = null)
    {
        if (options.Regions.Count == 0)
        {
            yield return ("Regions", null, "is empty. List at least one region with Name and ConnectionString.");
        }

        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var servers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < options.Regions.Count; i++)
        {
            var key = $"Regions:{keys?[i] ?? i.ToString(CultureInfo.InvariantCulture)}";
            if (NameProblem(options.Regions[i].Name, key, names) is { } wrongName)
            {
                yield return ($"{key}:Name", options.Regions[i].Name, wrongName);
            }

            if (ConnectionProblem(options.Regions[i].ConnectionString, key, servers) is { } wrongConnection)
            {
                // The value is never shown: it may hold a password.
                yield return ($"{key}:ConnectionString", null, wrongConnection);
            }
        }

        foreach (var problem in RangeProblems(options))
        {
            yield return problem;
        }

        if (options.MaxOpensPerSecond is { } rate && !(rate is >= LowestRate and <= HighestRate))
        {
            yield return ("MaxOpensPerSecond", rate.ToString(CultureInfo.InvariantCulture), "is not a number from 0.01 to 10000. Leave it out for no limit.");
        }

        foreach (var problem in FailbackProblems(options, hasSwitchover))
        {
            yield return problem;
        }

        if (options.Switch.Corroboration == Corroboration.Strict && options.Regions.Count < 3)
        {
            yield return ("Switch:Corroboration", nameof(Corroboration.Strict), $"needs at least 3 regions, and there are {options.Regions.Count}: with two, the loss of either would stop writes. Add a region, or use Available.");
        }
    }

    /// <summary>Configuration is checked as it is read; options made in code are checked here.</summary>
    private static IEnumerable<(string Key, string? Value, string Message)> RangeProblems(PostgresOptions options)
    {
        (string Key, int Value, int Least, int Most)[] numbers =
        [
            ("WarmConnections", options.WarmConnections, 0, 100),
            ("MaxConcurrentOpens", options.MaxConcurrentOpens, 1, 100),
            ("Switch:Approvals", options.Switch.Approvals, 1, 10),
        ];
        foreach (var (key, value, least, most) in numbers.Where(one => one.Value < one.Least || one.Value > one.Most))
        {
            yield return (key, value.ToString(CultureInfo.InvariantCulture), $"is out of range. Allowed is {least} to {most}.");
        }

        (string Key, TimeSpan Value, TimeSpan Least, TimeSpan Most)[] durations =
        [
            ("WaitForWriter", options.WaitForWriter, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)),
            ("OperationRetention", options.OperationRetention, TimeSpan.FromHours(1), TimeSpan.FromDays(365)),
            ("Switch:ApprovalExpiry", options.Switch.ApprovalExpiry, TimeSpan.FromMinutes(1), TimeSpan.FromDays(1)),
        ];
        foreach (var (key, value, least, most) in durations.Where(one => one.Value < one.Least || one.Value > one.Most))
        {
            yield return (key, value.ToString("c"), $"is out of range. Allowed is '{least:c}' to '{most:c}'.");
        }
    }

    private static IEnumerable<(string Key, string? Value, string Message)> FailbackProblems(PostgresOptions options, bool hasSwitchover)
    {
        var failback = options.Failback;
        var names = options.Regions.Select(region => region.Name).ToList();
        if (failback.PreferredRegion is { } preferred && !names.Contains(preferred, StringComparer.Ordinal))
        {
            yield return ("Failback:PreferredRegion", preferred, $"is not one of Regions: {string.Join(", ", names)}.{(NearestName.Of(preferred, names) is { } nearest ? $" Did you mean '{nearest}'?" : "")}");
        }

        if (failback.MaxLag < TimeSpan.Zero || failback.MaxLag > LongestLag)
        {
            yield return ("Failback:MaxLag", failback.MaxLag.ToString("c"), $"is out of range. Allowed is '{TimeSpan.Zero:c}' to '{LongestLag:c}'.");
        }

        if (failback.HealthyFor < ShortestHealth || failback.HealthyFor > LongestHealth)
        {
            yield return ("Failback:HealthyFor", failback.HealthyFor.ToString("c"), $"is out of range. Allowed is '{ShortestHealth:c}' to '{LongestHealth:c}'.");
        }

        if (failback.Mode != FailbackMode.Auto)
        {
            yield break;
        }

        if (failback.PreferredRegion is null)
        {
            yield return ("Failback:PreferredRegion", null, "is missing, and Failback:Mode is Auto. Name the region that should write, or use Manual.");
        }

        if (!hasSwitchover)
        {
            yield return ("Failback:Mode", nameof(FailbackMode.Auto), "needs a switchover to call, because the SDK promotes nothing itself, and none is registered under the name of this database. Call dr.AddSwitchover with exactly that name (case counts) in AddDrResilience(dr => …), pass one to RegionalDataSource.Create, or use Manual.");
        }

        if (options.Switch.Mode != SwitchMode.Automatic)
        {
            yield return ("Failback:Mode", nameof(FailbackMode.Auto), $"needs Switch:Mode Automatic, and it is {options.Switch.Mode}: the switchover would stop the writes, and nobody would follow it before people have decided. Use Manual.");
        }
    }

    private static string? NameProblem(string name, string key, Dictionary<string, string> names)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            return "is missing. Give the region's name, for example 'us-east-1'.";
        }

        if (name.AsSpan().IndexOfAny('=', ';', '@') >= 0)
        {
            return "looks like a connection string. Are Name and ConnectionString swapped?";
        }

        if (name.Length > LongestName || name.Any(char.IsControl))
        {
            return $"is not a region name. Use at most {LongestName} characters and no control characters.";
        }

        return names.TryAdd(name, key) ? null : $"is used twice; {names[name]} has it already. Region names are unique within a database.";
    }

    private static string? ConnectionProblem(string connectionString, string key, Dictionary<string, string> servers)
    {
        if (!RegionConnectionString.TryRead(connectionString, out var server, out var problem))
        {
            return problem;
        }

        return servers.TryAdd(server, key) ? null : $"points at {server}, as {servers[server]} does. Each region is another server.";
    }
}

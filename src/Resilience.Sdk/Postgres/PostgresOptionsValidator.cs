using System.Globalization;
using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>Checks options as a whole, wherever they come from.</summary>
internal static class PostgresOptionsValidator
{
    private const int LongestName = 63;

    /// <summary>Everything that is wrong: the key below the options, the value unless it may be secret, and the way out.</summary>
    /// <param name="options">The options.</param>
    /// <param name="keys">What the regions are called in the configuration; their numbers when null.</param>
    public static IEnumerable<(string Key, string? Value, string Message)> Problems(PostgresOptions options, IReadOnlyList<string>? keys = null)
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

        if (options.MaxConcurrentOpens < 1)
        {
            yield return ("MaxConcurrentOpens", options.MaxConcurrentOpens.ToString(CultureInfo.InvariantCulture), "is below 1: no connection could ever be made. Use 1 to 100.");
        }

        if (options.Switch.Approvals is < 1 or > 10)
        {
            yield return ("Switch:Approvals", options.Switch.Approvals.ToString(CultureInfo.InvariantCulture), "is not 1 to 10.");
        }

        if (options.Switch.Corroboration == Corroboration.Strict && options.Regions.Count < 3)
        {
            yield return ("Switch:Corroboration", nameof(Corroboration.Strict), $"needs at least 3 regions, and there are {options.Regions.Count}: with two, the loss of either would stop writes. Add a region, or use Available.");
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

using System.Text.Json;

namespace GameDay.Deployment;

/// <summary>What a replica says about itself at <c>GET /health</c>.</summary>
internal sealed record ServiceHealth(string Status, string Database, string? Writer, string? Diagnosis, IReadOnlyList<FailoverMoments> Failovers)
{
    /// <summary>By dependency, what is not well: its breaker, or the phase of its episode.</summary>
    public required IReadOnlyDictionary<string, string> Troubles { get; init; }

    public static ServiceHealth Parse(JsonElement health)
    {
        var database = health.GetProperty("database");
        return new ServiceHealth(
            health.GetProperty("status").GetString()!,
            database.GetProperty("status").GetString()!,
            database.GetProperty("region").GetString(),
            database.TryGetProperty("diagnosis", out var diagnosis) ? diagnosis.GetString() : null,
            database.TryGetProperty("failovers", out var failovers)
                ? [.. failovers.EnumerateArray().Select(FailoverMoments.Parse)]
                : [])
        {
            Troubles = TroublesOf(health),
        };
    }

    private static Dictionary<string, string> TroublesOf(JsonElement health)
    {
        var troubles = new Dictionary<string, string>(StringComparer.Ordinal);
        if (health.TryGetProperty("dependencies", out var dependencies))
        {
            foreach (var dependency in dependencies.EnumerateObject())
            {
                if (Text(dependency.Value, "breaker") is { } breaker and not "closed")
                {
                    troubles[dependency.Name] = $"circuit {breaker}";
                }
                else if (Text(dependency.Value, "status") is "unhealthy")
                {
                    troubles[dependency.Name] = "unhealthy";
                }
            }
        }

        if (health.TryGetProperty("degradation", out var degradation) && degradation.TryGetProperty("episodes", out var episodes))
        {
            foreach (var episode in episodes.EnumerateObject().Where(episode => Text(episode.Value, "phase") is not (null or "healthy")))
            {
                troubles.TryAdd(episode.Name, Text(episode.Value, "phase")!);
            }
        }

        return troubles;
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

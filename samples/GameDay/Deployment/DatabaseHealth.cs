using System.Text.Json;

namespace GameDay.Deployment;

/// <summary>The part of <c>GET /health</c> about the database.</summary>
internal sealed record DatabaseHealth(string Status, string? Writer, IReadOnlyList<FailoverMoments> Failovers)
{
    public static DatabaseHealth Parse(JsonElement health)
    {
        var database = health.GetProperty("database");
        return new DatabaseHealth(
            database.GetProperty("status").GetString()!,
            database.GetProperty("region").GetString(),
            database.TryGetProperty("failovers", out var failovers)
                ? [.. failovers.EnumerateArray().Select(FailoverMoments.Parse)]
                : []);
    }
}

using System.Text.Json;
using Resilience.Fleet;

namespace Resilience.AspNetCore.Operations;

/// <summary>The replicas of the service, in the words of the operations page.</summary>
internal static class FleetReport
{
    public static void Write(Utf8JsonWriter json, FleetState fleet)
    {
        json.WriteStartObject();
        json.WriteString("store", fleet.Store);
        json.WriteBoolean("reachable", fleet.IsReachable);
        json.WriteStartArray("replicas");
        foreach (var replica in fleet.Replicas)
        {
            Write(json, replica);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, FleetReplica replica)
    {
        json.WriteStartObject();
        json.WriteString("name", replica.Name);
        json.WriteBoolean("this", replica.IsThis);
        json.WriteNumber("silentForSeconds", Math.Round(replica.SilentFor.TotalSeconds, 1));
        json.WriteString("region", replica.Note.Region);
        json.WriteString("status", replica.Note.Status);
        json.WriteStartArray("databases");
        foreach (var database in replica.Note.Databases)
        {
            json.WriteStartObject();
            json.WriteString("name", database.Name);
            json.WriteString("writer", database.Writer);
            json.WriteNumber("epoch", database.Epoch);
            json.WriteString("phase", database.Phase);
            json.WriteString("heldBy", database.HeldBy);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("episodes");
        foreach (var episode in replica.Note.Episodes)
        {
            json.WriteStartObject();
            json.WriteString("dependency", episode.Dependency);
            json.WriteString("phase", episode.Phase);
            json.WriteNumber("sinceSeconds", episode.SinceSeconds);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}

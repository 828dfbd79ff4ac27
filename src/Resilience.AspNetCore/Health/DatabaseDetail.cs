using System.Text.Json;
using Resilience.Postgres;
using Resilience.Regions;

namespace Resilience.AspNetCore.Health;

/// <summary>A database with its regions, in words. Reads snapshots only; holds no connection string.</summary>
internal static class DatabaseDetail
{
    public static void Write(Utf8JsonWriter json, RegionalDataSource? database)
    {
        json.WriteStartObject();
        if (database is null)
        {
            json.WriteString("status", "none");
            json.WriteNull("region");
            json.WriteEndObject();
            return;
        }

        var set = database.Regions;
        var topology = set.Current.Topology;
        json.WriteString("status", topology.Writer is null ? "disconnected" : "connected");
        json.WriteString("region", topology.Writer?.Region);
        json.WriteString("name", database.Name);
        json.WriteString("phase", HealthReporter.Name(topology.Phase));
        json.WriteNumber("epoch", topology.HighestTerm.Epoch);
        json.WriteStartArray("regions");
        foreach (var state in topology.Regions)
        {
            WriteRegion(json, set, topology, state, database.Clock.Now);
        }

        json.WriteEndArray();
        WriteFailovers(json, database);
        json.WriteEndObject();
    }

    private static void WriteRegion(Utf8JsonWriter json, RegionSet set, RegionTopology topology, RegionState state, TimeSpan now)
    {
        json.WriteStartObject();
        json.WriteString("name", state.Name);
        json.WriteString("server", set.Endpoint(state.Name).Address);
        json.WriteString("role", HealthReporter.Name(state.Condition));
        if (topology.Writer?.Region != state.Name)
        {
            json.WriteString("detail", TopologyExplanation.Cause(topology, state));
        }

        if (state.RoundTrip is { } roundTrip)
        {
            json.WriteNumber("roundTripMs", Math.Round(roundTrip.TotalMilliseconds, 2));
        }

        if (state.FreshAsOf is { } asOf)
        {
            json.WriteNumber("stalenessMs", Math.Round((now - asOf).TotalMilliseconds));
        }

        json.WriteEndObject();
    }

    private static void WriteFailovers(Utf8JsonWriter json, RegionalDataSource database)
    {
        json.WriteStartArray("failovers");
        foreach (var record in database.Failovers.TakeLast(10))
        {
            json.WriteStartObject();
            json.WriteString("from", record.FromRegion);
            json.WriteString("to", record.ToRegion);
            json.WriteNumber("epoch", record.Epoch);
            json.WriteString("reason", record.Reason);
            json.WriteString("lastContactAt", record.LastContactAt);
            json.WriteString("firstSignAt", record.FirstSignAt);
            json.WriteString("detectedAt", record.DetectedAt);
            WriteMoment(json, "promotionSeenAt", record.PromotionSeenAt);
            json.WriteString("validatedAt", record.ValidatedAt);
            json.WriteString("decidedAt", record.DecidedAt);
            json.WriteString("switchedAt", record.SwitchedAt);
            WriteMoment(json, "firstSuccessAt", record.FirstSuccessAt);
            WriteSeconds(json, "rtoSeconds", record.Rto);
            WriteSeconds(json, "rtoTargetSeconds", record.RtoTarget);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteMoment(Utf8JsonWriter json, string name, DateTimeOffset? moment)
    {
        if (moment is { } value)
        {
            json.WriteString(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void WriteSeconds(Utf8JsonWriter json, string name, TimeSpan? duration)
    {
        if (duration is { } value)
        {
            json.WriteNumber(name, Math.Round(value.TotalSeconds, 3));
        }
        else
        {
            json.WriteNull(name);
        }
    }
}

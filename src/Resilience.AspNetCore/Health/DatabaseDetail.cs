using System.Text.Json;
using Resilience.Evidence;
using Resilience.Internal;
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
        json.WriteString("phase", EnumName.Of(topology.Phase));
        json.WriteString("diagnosis", EnumName.Of(topology.Diagnosis.Kind));
        json.WriteString("evidence", topology.Diagnosis.Evidence);
        json.WriteNumber("epoch", topology.HighestTerm.Epoch);
        if (database.Tail is { } tail)
        {
            json.WriteNumber("unconfirmedOperations", tail.Unconfirmed);
        }

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
        json.WriteString("role", EnumName.Of(state.Condition));
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

        if (LossExposure.Of(topology, state) is { } exposure)
        {
            json.WriteNumber("rpoLagMs", Math.Round(exposure.TotalMilliseconds));
        }

        json.WriteEndObject();
    }

    private static void WriteFailovers(Utf8JsonWriter json, RegionalDataSource database)
    {
        json.WriteStartArray("failovers");
        foreach (var record in database.Failovers.TakeLast(10))
        {
            FailoverJson.Write(json, record);
        }

        json.WriteEndArray();
    }
}

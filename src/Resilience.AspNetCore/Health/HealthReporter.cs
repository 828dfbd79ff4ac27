using System.Buffers;
using System.Text.Json;
using Resilience.DependencyInjection;
using Resilience.Pipelines;
using Resilience.Postgres;
using Resilience.Regions;

namespace Resilience.AspNetCore.Health;

/// <summary>Puts what is known into words for probes and operators. Reads snapshots only; thread-safe.</summary>
internal sealed class HealthReporter(SettingsMonitor settings, DatabaseRegistry databases, DependencyRegistry dependencies)
{
    private int _wasReady;

    /// <summary>Strict until all databases had a writer at the same time once, lenient afterwards.</summary>
    public Readiness Readiness
    {
        get
        {
            var connected = true;
            foreach (var database in databases.All)
            {
                connected &= database.WriterRegion is not null;
            }

            if (connected)
            {
                Volatile.Write(ref _wasReady, 1);
            }

            return Volatile.Read(ref _wasReady) == 0 ? Readiness.Waiting
                : connected && settings.RefusedReload.Count == 0 && !dependencies.All.Any(dependency => dependency.WorstBreaker().Restricts) ? Readiness.Ready : Readiness.Degraded;
        }
    }

    /// <summary>Everything, for operators. Holds no connection string and no password.</summary>
    public ReadOnlyMemory<byte> Describe()
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(buffer);
        var all = databases.All;
        json.WriteStartObject();
        json.WriteString("status", Name(Readiness));
        json.WriteString("region", settings.Current.Region);
        json.WritePropertyName("database");
        WriteDatabase(json, all.Count > 0 ? all[0] : null);
        json.WriteStartObject("dependencies");
        foreach (var database in all)
        {
            json.WritePropertyName(database.Name);
            WriteDatabase(json, database);
        }

        foreach (var dependency in dependencies.All.OrderBy(dependency => dependency.Name, StringComparer.Ordinal))
        {
            json.WritePropertyName(dependency.Name);
            DependencyDetail.Write(json, dependency);
        }

        json.WriteEndObject();
        WriteConfiguration(json, all);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private void WriteConfiguration(Utf8JsonWriter json, IReadOnlyList<RegionalDataSource> all)
    {
        var refused = settings.RefusedReload;
        var pending = all.Where(database => database.PendingChange is not null).ToList();
        json.WriteStartObject("configuration");
        json.WriteString("status", refused.Count > 0 ? "last-good" : pending.Count > 0 ? "pending" : "current");
        json.WriteStartObject("pending");
        foreach (var database in pending)
        {
            json.WriteString(database.Name, database.PendingChange);
        }

        json.WriteEndObject();
        json.WriteStartArray("removed");
        foreach (var database in all.Where(database => settings.Current.FindDatabase(database.Name) is null))
        {
            json.WriteStringValue(database.Name);
        }

        json.WriteEndArray();
        json.WriteStartArray("refused");
        foreach (var error in refused)
        {
            json.WriteStringValue(error);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteDatabase(Utf8JsonWriter json, RegionalDataSource? database)
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
        json.WriteString("phase", Name(topology.Phase));
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
        json.WriteString("role", Name(state.Condition));
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

    public static string Name<TEnum>(TEnum value)
        where TEnum : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}

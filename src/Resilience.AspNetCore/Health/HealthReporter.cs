using System.Buffers;
using System.Text.Json;
using Resilience.DependencyInjection;
using Resilience.Pipelines;
using Resilience.Postgres;

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
        DatabaseDetail.Write(json, all.Count > 0 ? all[0] : null);
        json.WriteStartObject("dependencies");
        foreach (var database in all)
        {
            json.WritePropertyName(database.Name);
            DatabaseDetail.Write(json, database);
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

    public static string Name<TEnum>(TEnum value)
        where TEnum : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}

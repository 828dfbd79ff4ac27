using System.Collections.Immutable;
using System.Text.Json;
using Resilience.Health.Watchdog;

namespace Resilience.AspNetCore.Health;

/// <summary>How the process itself is, in words.</summary>
internal static class ProcessDetail
{
    public static void Write(Utf8JsonWriter json, ProcessWatch process)
    {
        var (health, sample) = (process.Current, process.Sample);
        json.WriteStartObject();
        json.WriteString("status", health.Dead.Length > 0 ? "dead" : health.Unfit.Length > 0 ? "unfit" : health.Impaired.Length > 0 ? "impaired" : "fine");
        WriteList(json, "reasons", [.. health.Dead, .. health.Unfit, .. health.Impaired]);
        json.WriteNumber("poolLagMs", Math.Round(sample.PoolLag.TotalMilliseconds));
        if (sample.Memory is { } memory)
        {
            json.WriteNumber("memory", Math.Round(memory, 3));
        }

        json.WriteEndObject();
    }

    public static void WriteList(Utf8JsonWriter json, string name, ImmutableArray<string> items)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStringValue(item);
        }

        json.WriteEndArray();
    }
}

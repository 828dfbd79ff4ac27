using System.Text.Json;
using Resilience.Internal;

namespace Resilience.Evidence;

/// <summary>A record as JSON: the same in <c>/health</c>, in the log of failovers and in the report for auditors.</summary>
internal static class FailoverJson
{
    public static void Write(Utf8JsonWriter json, FailoverRecord record)
    {
        json.WriteStartObject();
        json.WriteString("id", record.Id);
        json.WriteString("dependency", record.Dependency);
        json.WriteString("from", record.FromRegion);
        json.WriteString("to", record.ToRegion);
        json.WriteNumber("epoch", record.Epoch);
        json.WriteString("reason", record.Reason);
        json.WriteBoolean("planned", record.IsPlanned);
        json.WriteString("diagnosis", EnumName.Of(record.Diagnosis));
        json.WriteString("evidence", record.Evidence);
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
        WriteSeconds(json, "exposureSeconds", record.Exposure);
        WriteSeconds(json, "rpoTargetSeconds", record.RpoTarget);
        json.WriteStartArray("approvals");
        foreach (var consent in record.Approvals)
        {
            json.WriteStartObject();
            json.WriteString("principal", consent.Principal);
            json.WriteString("at", consent.At);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteCounts(json, record.Operations);
        json.WriteStartObject("phases");
        WriteSeconds(json, "detection", record.Detection);
        WriteSeconds(json, "validation", record.Validation);
        WriteSeconds(json, "decision", record.Decision);
        WriteSeconds(json, "switch", record.Switch);
        WriteSeconds(json, "firstSuccess", record.FirstSuccess);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteCounts(Utf8JsonWriter json, OperationCounts counts)
    {
        json.WriteStartObject("operations");
        json.WriteNumber("unknown", counts.Unknown);
        json.WriteNumber("resolved", counts.Resolved);
        json.WriteNumber("reapplied", counts.Reapplied);
        json.WriteNumber("lost", counts.Lost);
        json.WriteNumber("blocked", counts.Blocked);
        json.WriteStartArray("lostOperations");
        foreach (var id in counts.LostOperations)
        {
            json.WriteStringValue(id);
        }

        json.WriteEndArray();
        json.WriteEndObject();
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

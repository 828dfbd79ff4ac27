using System.Text.Json;
using Resilience.DependencyInjection;
using Resilience.Evidence;
using Resilience.Postgres;

namespace Resilience.AspNetCore.Operations;

/// <summary>
/// The failovers of this process: as a list for operators, and as a report that an auditor can file. The report says which
/// of its fields bears on which control; whether a control is met is the auditor's to say.
/// </summary>
internal sealed class FailoverReport(DatabaseRegistry databases, SettingsMonitor settings, TimeProvider time)
{
    private static readonly (string Framework, string Control, string Asks, string[] Fields)[] Controls =
    [
        ("SOC 2", "CC7.4", "incidents are responded to by a defined process: understood, contained, remedied, communicated",
            ["diagnosis", "evidence", "reason", "firstSignAt", "detectedAt", "decidedAt", "switchedAt", "phases", "operations"]),
        ("SOC 2", "CC7.5", "recovery from incidents is carried out and shown", ["firstSuccessAt", "rtoSeconds", "rtoTargetSeconds", "rtoMet"]),
        ("ISO/IEC 27001:2013", "A.17.1.2", "the required level of continuity is kept during an adverse situation", ["rtoTargetSeconds", "rpoTargetSeconds", "rtoMet", "rpoMet"]),
        ("ISO/IEC 27001:2013", "A.17.1.3", "continuity controls are verified at intervals", ["id", "firstSignAt", "rtoSeconds", "exposureSeconds"]),
        ("HIPAA", "164.308(a)(7)(ii)(B)", "procedures restore any loss of data", ["epoch", "exposureSeconds", "rpoTargetSeconds", "operations"]),
        ("HIPAA", "164.308(a)(7)(ii)(D)", "contingency plans are tested and revised", ["id", "diagnosis", "rtoSeconds", "rtoMet"]),
    ];

    /// <summary>All records that are kept in memory, oldest first.</summary>
    public void WriteList(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var record in Records())
        {
            FailoverJson.Write(json, record);
        }

        json.WriteEndArray();
    }

    public void WriteAudit(Utf8JsonWriter json)
    {
        var objectives = settings.Current.Objectives;
        json.WriteStartObject();
        json.WriteString("report", "failovers");
        json.WriteString("generatedAt", time.GetUtcNow());
        json.WriteString("host", Environment.MachineName);
        json.WriteString("region", settings.Current.Region);
        json.WriteStartObject("objectives");
        WriteNumber(json, "tier", objectives.Tier);
        WriteNumber(json, "rtoSeconds", objectives.Rto?.TotalSeconds);
        WriteNumber(json, "rpoSeconds", objectives.Rpo?.TotalSeconds);
        json.WriteEndObject();
        json.WriteString("scope", "This process, since its start, at most 100 records a database. Earlier ones are in failovers.jsonl in DrResilience:Journal:Path; other replicas have their own.");
        json.WriteStartArray("incidents");
        foreach (var record in Records())
        {
            json.WriteStartObject();
            json.WritePropertyName("record");
            FailoverJson.Write(json, record);
            WriteMet(json, "rtoMet", record.Rto, record.RtoTarget);
            WriteMet(json, "rpoMet", record.Exposure, record.RpoTarget);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("controls");
        foreach (var (framework, control, asks, fields) in Controls)
        {
            json.WriteStartObject();
            json.WriteString("framework", framework);
            json.WriteString("control", control);
            json.WriteString("asks", asks);
            json.WriteStartArray("fields");
            foreach (var field in fields)
            {
                json.WriteStringValue(field);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private IEnumerable<FailoverRecord> Records() => databases.All.SelectMany(database => database.Failovers).OrderBy(record => record.SwitchedAt);

    /// <summary>Null when there is no target, or nothing to measure it by.</summary>
    private static void WriteMet(Utf8JsonWriter json, string name, TimeSpan? actual, TimeSpan? target)
    {
        if (actual is { } took && target is { } limit)
        {
            json.WriteBoolean(name, took <= limit);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}

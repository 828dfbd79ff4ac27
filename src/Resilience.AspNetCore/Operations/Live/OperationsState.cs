using System.Buffers;
using System.Text.Json;
using Resilience.AspNetCore.Health;
using Resilience.AspNetCore.Operations.Changes;
using Resilience.DependencyInjection;

namespace Resilience.AspNetCore.Operations.Live;

/// <summary>Everything that the page shows, as one document: what <c>/health</c> says, where each switch stands, what happened and who changed what. Reads snapshots only; thread-safe.</summary>
internal sealed class OperationsState(
    HealthReporter health, SwitchConsole switches, FleetService fleet, FailoverReport failovers, ChangeRecord changes, SettingsMonitor settings, TimeProvider time)
{
    public ReadOnlyMemory<byte> Describe()
    {
        var buffer = new ArrayBufferWriter<byte>(8192);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("generatedAt", time.GetUtcNow());
        json.WriteString("host", Environment.MachineName);
        json.WriteString("replica", fleet.Name);
        json.WritePropertyName("health");
        json.WriteRawValue(health.Describe().Span, skipInputValidation: true);
        json.WritePropertyName("switches");
        switches.Write(json);
        json.WritePropertyName("fleet");
        FleetReport.Write(json, fleet.Describe());
        json.WritePropertyName("failovers");
        failovers.WriteList(json);
        json.WritePropertyName("changes");
        changes.WriteList(json);
        json.WriteStartObject("objectives");
        var objectives = settings.Current.Objectives;
        if (objectives.Rto is { } rto)
        {
            json.WriteNumber("rtoSeconds", rto.TotalSeconds);
        }

        if (objectives.Rpo is { } rpo)
        {
            json.WriteNumber("rpoSeconds", rpo.TotalSeconds);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}

using System.Text.Json;

namespace Resilience.Degradation.Alerts;

/// <summary>
/// Prometheus Alertmanager, API version 2. Alerts with equal labels are one there, whichever replica sent them. It forgets what
/// is not repeated, so a firing alert says until when it holds, as Prometheus itself does.
/// </summary>
internal sealed class AlertmanagerSink(IHttpClientFactory clients, Uri address, TimeProvider time) : JsonSink(clients, new Uri(address, "api/v2/alerts"))
{
    /// <summary>Four repeats may be lost.</summary>
    private static readonly TimeSpan Holds = 4 * AlertDispatcher.RepeatInterval;

    public override string Name => "Alertmanager";

    protected override void Write(Utf8JsonWriter json, AlertNotice alert)
    {
        json.WriteStartArray();
        json.WriteStartObject();
        json.WriteStartObject("labels");
        json.WriteString("alertname", "DependencyDegraded");
        json.WriteString("service", alert.Service);
        json.WriteString("dependency", alert.Dependency);
        json.WriteString("severity", alert.Severity.ToString().ToLowerInvariant());
        json.WriteEndObject();
        json.WriteStartObject("annotations");
        json.WriteString("summary", alert.Message);
        json.WriteEndObject();
        json.WriteString("startsAt", alert.StartsAt);
        json.WriteString("endsAt", alert.EndsAt ?? (time.GetUtcNow() + Holds));
        json.WriteEndObject();
        json.WriteEndArray();
    }
}

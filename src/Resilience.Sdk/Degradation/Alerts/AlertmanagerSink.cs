using System.Text.Json;

namespace Resilience.Degradation.Alerts;

/// <summary>Prometheus Alertmanager, API version 2. Alerts with equal labels are one there, whichever replica sent them.</summary>
internal sealed class AlertmanagerSink(IHttpClientFactory clients, Uri address) : JsonSink(clients, new Uri(address, "api/v2/alerts"))
{
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
        if (alert.EndsAt is { } ended)
        {
            json.WriteString("endsAt", ended);
        }

        json.WriteEndObject();
        json.WriteEndArray();
    }
}

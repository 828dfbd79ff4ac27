using System.Text.Json;

namespace Resilience.Degradation.Alerts;

/// <summary>PagerDuty, Events API version 2. Events with an equal key are one incident there.</summary>
internal sealed class PagerDutySink(IHttpClientFactory clients, Uri address, string routingKey) : JsonSink(clients, new Uri(address, "v2/enqueue"))
{
    public override string Name => "PagerDuty";

    protected override void Write(Utf8JsonWriter json, AlertNotice alert)
    {
        json.WriteStartObject();
        json.WriteString("routing_key", routingKey);
        json.WriteString("event_action", alert.EndsAt is null ? "trigger" : "resolve");
        json.WriteString("dedup_key", alert.DeduplicationKey);
        json.WriteStartObject("payload");
        json.WriteString("summary", alert.Message);
        json.WriteString("source", alert.Service);
        json.WriteString("severity", alert.Severity.ToString().ToLowerInvariant());
        json.WriteString("timestamp", alert.StartsAt);
        json.WriteString("component", alert.Dependency);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}

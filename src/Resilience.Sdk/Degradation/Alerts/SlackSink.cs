using System.Text.Json;

namespace Resilience.Degradation.Alerts;

/// <summary>A Slack incoming webhook. Slack knows no keys: whatever is posted is read.</summary>
internal sealed class SlackSink(IHttpClientFactory clients, Uri webhook) : JsonSink(clients, webhook)
{
    public override string Name => "Slack";

    public override bool Deduplicates => false;

    protected override void Write(Utf8JsonWriter json, AlertNotice alert)
    {
        var state = alert.EndsAt is null ? $"{alert.Severity}" : "Resolved";
        json.WriteStartObject();
        json.WriteString("text", $"{state}: {Escape(alert.Service)}: {Escape(alert.Message)} ({Escape(alert.Dependency)})");
        json.WriteEndObject();
    }

    /// <summary>The three characters that Slack's markup reserves; a name must not mention the whole channel.</summary>
    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}

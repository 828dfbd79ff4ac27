using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Resilience.Health;

namespace Resilience.AspNetCore.Health.Formats;

/// <summary>As AspNetCore.HealthChecks.UI reads it. Asked for by name alone: it has no media type of its own.</summary>
internal sealed class HealthChecksUiFormat : IDetailFormat
{
    private const string Healthy = "Healthy";
    private const string Degraded = "Degraded";
    private const string Unhealthy = "Unhealthy";

    public string Name => "healthchecks-ui";

    public string ContentType => "application/json";

    public IReadOnlyList<string> Accepted => [];

    public DetailAnswer Write(HealthReporter reporter, DetailQuery query)
    {
        var summary = reporter.Summarise();
        return new DetailAnswer(summary.IsServing ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, ContentType, JsonBody.Of(json =>
        {
            json.WriteString("status", !summary.IsServing ? Unhealthy : summary.IsDegraded ? Degraded : Healthy);
            json.WriteString("totalDuration", Text(summary.Items.Max(item => item.Took)));
            json.WriteStartObject("entries");
            foreach (var item in summary.Items)
            {
                Write(json, item);
            }

            json.WriteEndObject();
        }));
    }

    private static void Write(Utf8JsonWriter json, HealthItem item)
    {
        json.WriteStartObject(item.Name);
        json.WriteStartObject("data");
        if (item.Region is { } region)
        {
            json.WriteString("region", region);
        }

        json.WriteEndObject();
        if (item.Reason is { } reason)
        {
            json.WriteString("description", reason);
        }

        json.WriteString("duration", Text(item.Took));
        json.WriteString("status", item.Status switch
        {
            CheckStatus.Healthy => Healthy,
            CheckStatus.Unhealthy => Unhealthy,
            _ => Degraded,
        });
        json.WriteStartArray("tags");
        json.WriteStringValue(item.Kind);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Text(TimeSpan? duration) => (duration ?? TimeSpan.Zero).ToString("c", CultureInfo.InvariantCulture);
}

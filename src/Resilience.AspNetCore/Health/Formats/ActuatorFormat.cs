using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Resilience.Health;
using Resilience.Internal;

namespace Resilience.AspNetCore.Health.Formats;

/// <summary>
/// As Spring Boot's Actuator has it. It knows no degraded: whatever still serves is UP, and its components tell the rest.
/// </summary>
internal sealed class ActuatorFormat : IDetailFormat
{
    public string Name => "actuator";

    public string ContentType => "application/vnd.spring-boot.actuator.v3+json";

    public IReadOnlyList<string> Accepted => [ContentType, "application/vnd.spring-boot.actuator.v2+json"];

    public DetailAnswer Write(HealthReporter reporter, DetailQuery query)
    {
        var summary = reporter.Summarise();
        return new DetailAnswer(summary.IsServing ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, ContentType, JsonBody.Of(json =>
        {
            json.WriteString("status", summary.IsDead ? "DOWN" : summary.IsServing ? "UP" : "OUT_OF_SERVICE");
            json.WriteStartObject("components");
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
        json.WriteString("status", item.Status switch
        {
            CheckStatus.Unhealthy => "DOWN",
            CheckStatus.Unknown => "UNKNOWN",
            _ => "UP",
        });
        json.WriteStartObject("details");
        json.WriteString("kind", item.Kind);
        json.WriteString("state", EnumName.Of(item.Status));
        if (item.Reason is { } reason)
        {
            json.WriteString("reason", reason);
        }

        if (item.Region is { } region)
        {
            json.WriteString("region", region);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}

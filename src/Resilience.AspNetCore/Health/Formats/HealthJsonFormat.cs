using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Resilience.Health;

namespace Resilience.AspNetCore.Health.Formats;

/// <summary>As the IETF draft "Health Check Response Format for HTTP APIs" (draft-inadarei-api-health-check-06) has it.</summary>
internal sealed class HealthJsonFormat : IDetailFormat
{
    public string Name => "health+json";

    public string ContentType => "application/health+json";

    public DetailAnswer Write(HealthReporter reporter, DetailQuery query)
    {
        var summary = reporter.Summarise();

        // The draft ties the status to the code: fail must be 4xx or 5xx, warn and pass must not.
        return new DetailAnswer(summary.IsServing ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, ContentType, JsonBody.Of(json =>
        {
            json.WriteString("status", !summary.IsServing ? "fail" : summary.IsDegraded ? "warn" : "pass");
            ProcessDetail.WriteList(json, "notes", summary.Readiness.Reasons);
            json.WriteStartObject("checks");
            foreach (var item in summary.Items)
            {
                Write(json, item, summary.At);
            }

            json.WriteEndObject();
        }));
    }

    private static void Write(Utf8JsonWriter json, HealthItem item, DateTimeOffset now)
    {
        // The colon parts the component from what is measured of it, so a name has none.
        var component = item.Name.Replace(':', '-');
        json.WriteStartArray(item.Took is null ? component : $"{component}:responseTime");
        json.WriteStartObject();
        json.WriteString("componentType", item.Kind switch
        {
            "database" => "datastore",
            "process" => "system",
            _ => "component",
        });
        if (item.Took is { } took)
        {
            json.WriteNumber("observedValue", Math.Round(took.TotalMilliseconds, 1));
            json.WriteString("observedUnit", "ms");
        }

        json.WriteString("status", item.Status switch
        {
            CheckStatus.Healthy => "pass",
            CheckStatus.Unhealthy => "fail",
            _ => "warn",
        });
        json.WriteString("time", now - (item.Age ?? TimeSpan.Zero));
        if (item.Reason is { } reason)
        {
            json.WriteString("output", reason);
        }

        json.WriteEndObject();
        json.WriteEndArray();
    }
}

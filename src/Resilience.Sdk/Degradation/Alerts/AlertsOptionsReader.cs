using Resilience.Internal;

namespace Resilience.Degradation.Alerts;

/// <summary>Reads where alerts go. Values are never repeated in errors: they are secrets.</summary>
internal static class AlertsOptionsReader
{
    /// <param name="reader">The section; null when it is absent.</param>
    public static AlertsOptions Read(ConfigurationReader? reader)
    {
        var given = new AlertsOptions();
        if (reader is null)
        {
            return given;
        }

        var options = given with
        {
            Alertmanager = Address(reader, "Alertmanager"),
            PagerDutyRoutingKey = reader.Text("PagerDutyRoutingKey"),
            PagerDuty = Address(reader, "PagerDuty") ?? given.PagerDuty,
            SlackWebhook = Address(reader, "SlackWebhook"),
        };
        reader.RejectUnknownKeys();
        return options;
    }

    private static Uri? Address(ConfigurationReader reader, string key)
    {
        if (reader.Text(key) is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
        {
            return address;
        }

        reader.Report(key, null, "is not an absolute http or https address.");
        return null;
    }
}

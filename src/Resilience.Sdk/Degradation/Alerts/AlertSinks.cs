namespace Resilience.Degradation.Alerts;

/// <summary>Where alerts go: what the configuration names, and what the application added.</summary>
internal static class AlertSinks
{
    public static IEnumerable<IAlertSink> All(AlertsOptions options, IHttpClientFactory clients, TimeProvider time, IEnumerable<IAlertSink> added)
    {
        var sinks = added.ToList();
        if (options.Alertmanager is { } alertmanager)
        {
            sinks.Add(new AlertmanagerSink(clients, Folder(alertmanager), time));
        }

        if (options.PagerDutyRoutingKey is { } routingKey)
        {
            sinks.Add(new PagerDutySink(clients, Folder(options.PagerDuty), routingKey));
        }

        if (options.SlackWebhook is { } webhook)
        {
            sinks.Add(new SlackSink(clients, webhook));
        }

        return sinks;
    }

    /// <summary>Without the slash, the last segment of a base address would be lost.</summary>
    private static Uri Folder(Uri address) => address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");
}

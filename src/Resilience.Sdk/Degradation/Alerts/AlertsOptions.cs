namespace Resilience.Degradation.Alerts;

/// <summary>Where alerts go besides log and meter (<c>DrResilience:Alerts</c>). Addresses hold secrets and are never shown.</summary>
public sealed record AlertsOptions
{
    /// <summary>The base address of a Prometheus Alertmanager (API version 2).</summary>
    public Uri? Alertmanager { get; init; }

    /// <summary>The integration key of a PagerDuty service (Events API version 2).</summary>
    public string? PagerDutyRoutingKey { get; init; }

    /// <summary>Where PagerDuty is.</summary>
    /// <value><c>https://events.pagerduty.com</c> by default.</value>
    public Uri PagerDuty { get; init; } = new("https://events.pagerduty.com");

    /// <summary>The address of a Slack incoming webhook.</summary>
    public Uri? SlackWebhook { get; init; }
}

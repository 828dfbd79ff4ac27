namespace Resilience.Degradation.Alerts;

/// <summary>Where alerts go. Add your own with <c>services.AddSingleton&lt;IAlertSink, …&gt;()</c>.</summary>
public interface IAlertSink
{
    /// <summary>Its name, for the log.</summary>
    string Name { get; }

    /// <summary>
    /// Whether the receiver knows by <see cref="AlertNotice.DeduplicationKey"/> that the replicas of a service tell it of one
    /// alert. One that does is told by all, and again every minute while the alert lasts; any other only by the first.
    /// </summary>
    /// <value>False by default.</value>
    bool Deduplicates => false;

    /// <summary>Passes an alert on. Called off the request path, one at a time for each sink, and repeated when it throws.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="cancellationToken">Ends the try.</param>
    /// <returns>A task that ends when the alert is delivered.</returns>
    Task SendAsync(AlertNotice alert, CancellationToken cancellationToken);
}

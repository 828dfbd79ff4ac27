namespace Resilience.Degradation.Alerts;

/// <summary>Where alerts go. Add your own with <c>services.AddSingleton&lt;IAlertSink, …&gt;()</c>.</summary>
public interface IAlertSink
{
    /// <summary>Its name, for the log.</summary>
    string Name { get; }

    /// <summary>Passes an alert on. Called off the request path, one at a time for each sink, and repeated when it throws.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="cancellationToken">Ends the try.</param>
    /// <returns>A task that ends when the alert is delivered.</returns>
    Task SendAsync(AlertNotice alert, CancellationToken cancellationToken);
}

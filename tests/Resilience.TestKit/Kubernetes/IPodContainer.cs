namespace Resilience.TestKit.Kubernetes;

/// <summary>What runs in a pod.</summary>
internal interface IPodContainer
{
    /// <summary>Where its probes are answered.</summary>
    Uri Probes { get; }

    /// <summary>Starts it; it need not be listening yet.</summary>
    Task StartAsync();

    /// <summary>SIGTERM; SIGKILL when it has not ended in time.</summary>
    /// <returns>Whether it ended by itself.</returns>
    Task<bool> StopAsync(TimeSpan patience);
}

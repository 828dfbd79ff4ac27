namespace Resilience.TestKit.Kubernetes;

/// <summary>What one probe has found.</summary>
internal enum ProbeResult
{
    /// <summary>Not known: what a startup probe is at first, and a prober's own error, which is discarded.</summary>
    Unknown,

    /// <summary>The container says yes, or a redirect to elsewhere, which is only a warning.</summary>
    Success,

    /// <summary>It says no, or does not answer in time.</summary>
    Failure,
}

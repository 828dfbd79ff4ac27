namespace Resilience.TestKit.Kubernetes;

/// <summary>Which of a container's probes it is.</summary>
internal enum ProbeKind
{
    /// <summary>Until it succeeds the others do not run; when it fails the container is restarted.</summary>
    Startup,

    /// <summary>When it fails the container is restarted.</summary>
    Liveness,

    /// <summary>While it fails the pod gets no traffic.</summary>
    Readiness,
}

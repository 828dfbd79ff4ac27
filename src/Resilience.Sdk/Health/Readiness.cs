namespace Resilience.Health;

/// <summary>Whether this process should be sent requests.</summary>
internal enum Readiness
{
    /// <summary>Something has not been well yet since the process started.</summary>
    Waiting,

    /// <summary>All is well.</summary>
    Ready,

    /// <summary>Something is down, but taking this process out of service would help nobody: its neighbours see the same.</summary>
    Degraded,

    /// <summary>Requests had better go elsewhere: the fault is this process's own, or of a dependency that is said to fail readiness.</summary>
    NotReady,

    /// <summary>It is about to stop, and serves what still comes.</summary>
    Draining,
}

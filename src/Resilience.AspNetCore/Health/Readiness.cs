namespace Resilience.AspNetCore.Health;

/// <summary>Whether this process should be sent requests.</summary>
internal enum Readiness
{
    /// <summary>A database has not had a writer yet since the process started.</summary>
    Waiting,

    /// <summary>Something is down, but taking this process out of service would help nobody: its neighbours see the same.</summary>
    Degraded,

    /// <summary>All is well.</summary>
    Ready,
}

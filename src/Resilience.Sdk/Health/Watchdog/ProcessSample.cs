using System.Collections.Immutable;

namespace Resilience.Health.Watchdog;

/// <summary>What the watchdog has measured in one round.</summary>
internal sealed record ProcessSample
{
    /// <summary>How long work waits, or has waited, for a thread of the pool.</summary>
    public TimeSpan PoolLag { get; init; }

    /// <summary>How long the pool has finished nothing.</summary>
    public TimeSpan PoolIdle { get; init; }

    /// <summary>Memory in use as a share of its limit; null without a limit.</summary>
    public double? Memory { get; init; }

    /// <summary>How long memory has been above the ceiling; null when it is not.</summary>
    public TimeSpan? MemoryAboveCeiling { get; init; }

    /// <summary>How long the application's listener has refused connections; null when it does not.</summary>
    public TimeSpan? ListenerRefuses { get; init; }

    /// <summary>How long it has accepted, but not answered, while the pool was quick; null when it answers.</summary>
    public TimeSpan? ListenerSilent { get; init; }

    /// <summary>Heartbeats that are overdue.</summary>
    public ImmutableArray<SilentHeartbeat> Silent { get; init; } = [];
}

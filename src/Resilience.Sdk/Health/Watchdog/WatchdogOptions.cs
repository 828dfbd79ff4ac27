namespace Resilience.Health.Watchdog;

/// <summary>When the process itself is not well (<c>DrResilience:Health:Watchdog</c>).</summary>
public sealed record WatchdogOptions
{
    /// <summary>How long work may wait for a thread of the pool until health says <c>degraded</c>.</summary>
    /// <value>1 second by default; 100 ms to 1 hour.</value>
    public TimeSpan PoolLagDegraded { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long it may wait until readiness fails: requests would wait as long.</summary>
    /// <value>5 seconds by default; 100 ms to 1 hour.</value>
    public TimeSpan PoolLagUnready { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long it may wait, while the pool finishes nothing at all, until liveness fails. A pool that is slow but moves is
    /// never a reason to restart.
    /// </summary>
    /// <value>30 seconds by default; 1 second to 1 hour.</value>
    public TimeSpan PoolFrozen { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the application's own listener may refuse connections, or leave requests unanswered while the pool is quick, until liveness fails.</summary>
    /// <value>30 seconds by default; 1 second to 1 hour.</value>
    public TimeSpan ListenerDead { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The share of the memory limit (of the control group, or of the heap when it has a limit) at which health says <c>degraded</c>.</summary>
    /// <value>0.9 by default; 0 to 1.</value>
    public double MemoryDegraded { get; init; } = 0.9;

    /// <summary>The share at which liveness fails when it lasts for <see cref="MemoryCeilingFor"/>. Files that the system caches are not counted.</summary>
    /// <value>Off by default: a full cache is no reason to restart. 0.95 is a common rule.</value>
    public double? MemoryCeiling { get; init; }

    /// <summary>How long memory must be above <see cref="MemoryCeiling"/>.</summary>
    /// <value>30 seconds by default; 1 second to 1 hour.</value>
    public TimeSpan MemoryCeilingFor { get; init; } = TimeSpan.FromSeconds(30);
}

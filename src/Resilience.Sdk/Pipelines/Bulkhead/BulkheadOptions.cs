namespace Resilience.Pipelines.Bulkhead;

/// <summary>How many calls to a dependency may run and wait at once (<c>DrResilience:Dependencies:{name}:Bulkhead</c>).</summary>
public sealed record BulkheadOptions
{
    /// <summary>Whether calls are limited at all.</summary>
    /// <value>True by default.</value>
    public bool Enabled { get; init; } = true;

    /// <summary>Who sets the limit.</summary>
    /// <value><see cref="BulkheadMode.Fixed"/> by default.</value>
    public BulkheadMode Mode { get; init; } = BulkheadMode.Fixed;

    /// <summary>What a permit is held for.</summary>
    /// <value><see cref="BulkheadScope.Attempt"/> by default.</value>
    public BulkheadScope Scope { get; init; } = BulkheadScope.Attempt;

    /// <summary>Calls that may run at once; with <see cref="BulkheadMode.Adaptive"/> the limit to begin with.</summary>
    /// <value>100 by default; 1 to 100,000, and within the bounds below when adaptive.</value>
    public int PermitLimit { get; init; } = 100;

    /// <summary>The lowest limit that <see cref="BulkheadMode.Adaptive"/> goes to; not read otherwise.</summary>
    /// <value>
    /// 10 by default; 1 to 100,000. Below about 10 calls a single slow one distorts what is measured; far above, a small
    /// dependency is not protected.
    /// </value>
    public int MinLimit { get; init; } = 10;

    /// <summary>The highest limit that <see cref="BulkheadMode.Adaptive"/> goes to; not read otherwise.</summary>
    /// <value>200 by default; <see cref="MinLimit"/> to 100,000.</value>
    public int MaxLimit { get; init; } = 200;

    /// <summary>Calls that may wait for a permit, all priorities together; zero refuses at once.</summary>
    /// <value>100 by default; 0 to 100,000.</value>
    public int QueueLimit { get; init; } = 100;

    /// <summary>The longest a call waits for a permit; what is left of its deadline may end the wait earlier.</summary>
    /// <value>100 ms by default; zero (never wait) to 10 minutes.</value>
    public TimeSpan MaxQueueWait { get; init; } = TimeSpan.FromMilliseconds(100);
}

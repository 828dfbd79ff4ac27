namespace Resilience.Pipelines.Hedging;

/// <summary>When a slow call gets a second attempt beside the first (<c>DrResilience:Dependencies:{name}:Hedging</c>).</summary>
/// <remarks>
/// <para>The first answer wins and the other attempts are cancelled. Only idempotent calls are hedged, because the dependency
/// may act on every attempt. Hedges are paid from the same budget as repeats
/// (<see cref="Retry.RetryOptions.Budget"/>), so that a dependency that is slow under load is not loaded further.</para>
/// <para>After J. Dean and L. A. Barroso, "The Tail at Scale" (2013): a second request after the 95th percentile of latency
/// adds about 5 % of traffic and removes most of the tail.</para>
/// </remarks>
public sealed record HedgingOptions
{
    /// <summary>Whether slow calls are hedged.</summary>
    /// <value>False by default.</value>
    public bool Enabled { get; init; }

    /// <summary>
    /// A call that takes longer than this share of the recent ones gets a hedge. Nothing is hedged until enough latencies are
    /// known: 100 within a minute for the default, more for a higher percentile.
    /// </summary>
    /// <value>0.95 by default; 0.5 to 0.999.</value>
    public double DelayPercentile { get; init; } = 0.95;

    /// <summary>The least time before a hedge, whatever the percentile.</summary>
    /// <value>10 ms by default; 0 to 1 minute.</value>
    public TimeSpan MinDelay { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Attempts beside the first.</summary>
    /// <value>1 by default; 1 to 10.</value>
    public int MaxHedgedAttempts { get; init; } = 1;

    /// <summary>A fixed time before a hedge, instead of the percentile.</summary>
    /// <value>Null by default; otherwise 0 to 1 minute. 0 sends all attempts at once.</value>
    public TimeSpan? Delay { get; init; }
}

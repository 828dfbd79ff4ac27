namespace Resilience.Queueing.Stores;

/// <summary>How much a queue holds.</summary>
/// <param name="Ready">Waiting.</param>
/// <param name="Leased">Being carried out.</param>
/// <param name="Parked">For an operator to replay or purge.</param>
/// <param name="Reconcile">For a person to compare.</param>
/// <param name="OldestReadyAt">When the oldest that waits was enqueued; null when none waits.</param>
internal sealed record QueueCounts(long Ready, long Leased, long Parked, long Reconcile, DateTimeOffset? OldestReadyAt)
{
    /// <summary>What has not been carried out yet, whatever the reason.</summary>
    public long Pending => Ready + Leased + Parked + Reconcile;
}

namespace Resilience.Queueing;

/// <summary>How much a queue holds.</summary>
/// <param name="Waiting">In the database, waiting.</param>
/// <param name="Running">Being carried out.</param>
/// <param name="Parked">Set aside for an operator.</param>
/// <param name="Reconcile">Too old to be sent.</param>
/// <param name="OldestAt">When the oldest that waits was promised; null when none waits.</param>
/// <param name="NotStored">Promised by this process, in its journal, and not in the database yet; of all queues.</param>
public sealed record QueueStatus(long Waiting, long Running, long Parked, long Reconcile, DateTimeOffset? OldestAt, int NotStored);

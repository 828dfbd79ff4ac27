namespace Resilience.Queueing;

/// <summary>A queued request, without its payload.</summary>
/// <param name="Key">Its idempotency key.</param>
/// <param name="State">Where it is.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="EnqueuedAt">When it was promised.</param>
/// <param name="AvailableAt">When it may run next, or when its lease ends.</param>
/// <param name="Reason">Why the last try failed, or why it is set aside: a code.</param>
public sealed record QueueItem(string Key, QueueItemState State, int Attempts, DateTimeOffset EnqueuedAt, DateTimeOffset AvailableAt, string? Reason);

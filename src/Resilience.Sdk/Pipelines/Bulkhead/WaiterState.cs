namespace Resilience.Pipelines.Bulkhead;

/// <summary>Where a waiter is on its way. Whoever makes it <see cref="Settled"/>, under the lock, decides its outcome.</summary>
internal enum WaiterState
{
    /// <summary>Its timer and its cancellation may already end it, but it is in no lane yet.</summary>
    New,

    /// <summary>In its lane.</summary>
    Queued,

    /// <summary>Granted, refused, expired or cancelled.</summary>
    Settled,
}

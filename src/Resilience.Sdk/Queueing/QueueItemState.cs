namespace Resilience.Queueing;

/// <summary>Where a queued request is.</summary>
public enum QueueItemState
{
    /// <summary>It waits for its time.</summary>
    Waiting,

    /// <summary>A worker has it.</summary>
    Running,

    /// <summary>It was carried out.</summary>
    Done,

    /// <summary>It is not tried again by itself.</summary>
    Parked,

    /// <summary>It is too old to be sent: a person compares the books.</summary>
    Reconcile,
}

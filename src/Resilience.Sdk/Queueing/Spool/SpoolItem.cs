namespace Resilience.Queueing.Spool;

/// <summary>An entry that the journal holds. Changed under the spool's lock alone.</summary>
internal sealed class SpoolItem(QueueEntry entry)
{
    public QueueEntry Entry => entry;

    /// <summary>Ends when the promise is durable; fails when it is not.</summary>
    public TaskCompletionSource Durable { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The journal's files that hold something of it.</summary>
    public List<long> Segments { get; } = [];

    /// <summary>Whether this process promised it; otherwise another did, and only its completion is known here.</summary>
    public bool IsPromise { get; set; }

    public bool IsCompleted { get; set; }

    /// <summary>The store's generation when its handler began; null when another run of the program completed it.</summary>
    public string? CompletedIn { get; set; }

    /// <summary>When it was completed here.</summary>
    public TimeSpan ChangedAt { get; set; } = TimeSpan.MinValue;

    /// <summary>When the store had all of it; null while it does not.</summary>
    public TimeSpan? StoredAt { get; set; }

    /// <summary>Changes with every change, so that an answer to an older question is not taken for the present.</summary>
    public int Version { get; set; }
}

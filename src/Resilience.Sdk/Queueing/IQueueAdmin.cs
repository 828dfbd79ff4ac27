namespace Resilience.Queueing;

/// <summary>Looks at queues and moves what is set aside, for operators. Thread-safe; inject it. Nothing here shows payloads.</summary>
public interface IQueueAdmin
{
    /// <summary>The queues, by the service whose requests they hold.</summary>
    IReadOnlyCollection<string> Queues { get; }

    /// <summary>How much a queue holds.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The counts, of the database and of this process's journal.</returns>
    /// <exception cref="ArgumentException">There is no such queue; the message names those there are.</exception>
    ValueTask<QueueStatus> StatusAsync(string queue, CancellationToken cancellationToken = default);

    /// <summary>Requests in a state, the oldest first.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="state">The state.</param>
    /// <param name="after">The key of the last request of the page before; null for the first page.</param>
    /// <param name="limit">How many at the most; 1 to 1000.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A page.</returns>
    ValueTask<IReadOnlyList<QueueItem>> ListAsync(string queue, QueueItemState state, string? after = null, int limit = 100, CancellationToken cancellationToken = default);

    /// <summary>A request by its key.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The request; null when there is none. While the database is away, only what this process has promised is known.</returns>
    ValueTask<QueueItem?> FindAsync(string queue, string key, CancellationToken cancellationToken = default);

    /// <summary>Sets a waiting request aside.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="key">The key.</param>
    /// <param name="reason">Why; stored with it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether it was waiting.</returns>
    ValueTask<bool> ParkAsync(string queue, string key, string reason, CancellationToken cancellationToken = default);

    /// <summary>Lets a request that was set aside wait again, with its attempts forgotten.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether it was parked or to reconcile.</returns>
    /// <remarks>
    /// One to reconcile is too old for the other side to know its key: replay it only when the other side says that it was not carried out.
    /// Its key counts as new then, for another <see cref="QueueOptions.KeyWindow"/>; one that was carried out would be carried out twice.
    /// </remarks>
    ValueTask<bool> ReplayAsync(string queue, string key, CancellationToken cancellationToken = default);

    /// <summary>Deletes all requests that are set aside in a state, if there are exactly as many as the operator was shown.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="state">Parked or to reconcile.</param>
    /// <param name="expected">How many the operator was shown.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many there are; they were deleted only when that is <paramref name="expected"/>.</returns>
    ValueTask<long> PurgeAsync(string queue, QueueItemState state, long expected, CancellationToken cancellationToken = default);
}

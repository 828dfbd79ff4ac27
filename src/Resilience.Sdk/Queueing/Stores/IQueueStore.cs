namespace Resilience.Queueing.Stores;

/// <summary>
/// Where entries of queues wait for their workers. All writes are durable when they return (for PostgreSQL: a guarded
/// commit), may be repeated, and may have happened when they throw. Thread-safe; several processes may share one.
/// </summary>
internal interface IQueueStore
{
    /// <summary>What it is, for logs and health details. Holds no secret.</summary>
    string Description { get; }

    /// <summary>Whether it can be written to, as far as is known without asking.</summary>
    bool IsAvailable { get; }

    /// <summary>Changes when the store may have lost its last commits: what was stored lately must be stored again then.</summary>
    string Generation { get; }

    /// <summary>Creates what is missing. Any number of processes may do so at once.</summary>
    ValueTask PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Stores entries. One that is there in any state stays as it is.</summary>
    /// <returns>An answer for each entry, in their order.</returns>
    ValueTask<IReadOnlyList<StoreAnswer>> StoreAsync(IReadOnlyList<QueueEntry> entries, CancellationToken cancellationToken);

    /// <summary>Stores entries in a final state, whatever they are in: completions that the journal knows of, and conflicts that are parked.</summary>
    ValueTask SettleAsync(IReadOnlyList<QueueEntry> entries, EntryState state, string? reason, CancellationToken cancellationToken);

    /// <summary>Takes entries whose time has come or whose lease is over, the oldest first; of those that share an order key only the first. Attempts count here.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="most">How many at the most.</param>
    /// <param name="lease">How long they are this worker's.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<IReadOnlyList<EntryLease>> ClaimAsync(string queue, int most, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Makes leases longer.</summary>
    /// <returns>The tokens that are still valid.</returns>
    ValueTask<IReadOnlySet<Guid>> RenewAsync(string queue, IReadOnlyList<EntryLease> leases, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Gives leases of one queue back.</summary>
    /// <returns>The tokens that were still valid; for the others nothing was changed, because another has the entry.</returns>
    ValueTask<IReadOnlySet<Guid>> EndAsync(string queue, IReadOnlyList<EndedLease> ended, CancellationToken cancellationToken);

    ValueTask<QueueCounts> CountAsync(string queue, CancellationToken cancellationToken);

    ValueTask<StoredEntry?> FindAsync(string queue, string key, CancellationToken cancellationToken);

    /// <summary>Entries in a state, the oldest first.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="state">The state.</param>
    /// <param name="after">The key of the last entry of the page before; null for the first page.</param>
    /// <param name="most">How many at the most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<IReadOnlyList<StoredEntry>> ListAsync(string queue, EntryState state, string? after, int most, CancellationToken cancellationToken);

    /// <summary>Parks an entry that waits, by an operator's word.</summary>
    /// <returns>Whether it waited.</returns>
    ValueTask<bool> ParkAsync(string queue, string key, string reason, CancellationToken cancellationToken);

    /// <summary>Makes an entry that was set aside wait again with its attempts forgotten, by an operator's word.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="key">The key.</param>
    /// <param name="keyExpiresAt">Until when the other side knows its key from now on, if it was to reconcile: somebody has found that it does not know it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether it was set aside.</returns>
    ValueTask<bool> ReplayAsync(string queue, string key, DateTimeOffset keyExpiresAt, CancellationToken cancellationToken);

    /// <summary>Deletes entries in a state, if there are exactly as many as the operator was shown.</summary>
    /// <returns>How many there were; they were deleted only if that is <paramref name="expected"/>.</returns>
    ValueTask<long> PurgeAsync(string queue, EntryState state, long expected, CancellationToken cancellationToken);

    /// <summary>Forgets done entries that are older than a time, in bounded bites.</summary>
    ValueTask ForgetDoneAsync(string queue, TimeSpan olderThan, CancellationToken cancellationToken);
}

using Microsoft.Extensions.Logging;
using Resilience.Internal;
using Resilience.Journal;
using Resilience.Queueing.Stores;

namespace Resilience.Queueing.Spool;

/// <summary>
/// Keeps promises: writes an entry into the journal before it is acknowledged, brings it into its store, and keeps it until
/// the store has had it for long enough that no failover can lose it. One for the process, over all queues; thread-safe.
/// </summary>
/// <remarks>Decision 10 has the states and what happens at each point at which the process can die.</remarks>
internal sealed partial class QueueSpool : IAsyncDisposable
{
    /// <summary>How long an acknowledgement waits for the store's word on the key. It does not need it.</summary>
    public static readonly TimeSpan StorePatience = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a store may take before it counts as away.</summary>
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(10);

    private readonly JournalLog _journal;
    private readonly Func<string, IQueueStore?> _stores;
    private readonly TimeSpan _retention;
    private readonly MonotonicClock _clock;
    private readonly Jitter _jitter;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Queue, string Key), SpoolItem> _items = [];

    // A round looks at what waits and at what is oldest, never at all that is retained.
    private readonly HashSet<SpoolItem> _waiting = [];
    private readonly Queue<(SpoolItem Item, TimeSpan StoredAt)> _stored = new();
    private readonly HashSet<string> _queues = new(StringComparer.Ordinal);
    private readonly Dictionary<IQueueStore, string> _generations = [];
    private readonly Signal _work = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;
    private volatile bool _storeIsAway;

    /// <param name="journal">The journal; its records are taken in. Disposed with this.</param>
    /// <param name="stores">The store of a queue; null for one that the program does not have any more.</param>
    /// <param name="retention">How long what is stored is kept.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="random">For pauses.</param>
    /// <param name="logger">The log.</param>
    /// <exception cref="InvalidDataException">The journal is not this program's.</exception>
    public QueueSpool(JournalLog journal, Func<string, IQueueStore?> stores, TimeSpan retention, MonotonicClock clock, Random random, ILogger logger)
    {
        _journal = journal;
        _stores = stores;
        _retention = retention;
        _clock = clock;
        _jitter = new Jitter(random);
        _logger = logger;
        foreach (var record in journal.Recovered)
        {
            Recover(SpoolRecord.Read(record.Content), record.Segment);
        }
    }

    public SpoolStatus Status
    {
        get
        {
            lock (_lock)
            {
                return new SpoolStatus(
                    _items.Count, _waiting.Count, _waiting.Count == 0 ? null : _waiting.Min(item => item.Entry.EnqueuedAt), _journal.Bytes, _journal.Trouble, _journal.SetAside);
            }
        }
    }

    /// <summary>How many promises the stores do not have yet.</summary>
    public int NotStored
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    public void Start() => _loop = Task.Run(() => RunAsync(_stop.Token), CancellationToken.None);

    /// <summary>Promises an entry: when the task ends it cannot be lost any more. The same entry again is the same promise.</summary>
    /// <exception cref="RequestConflictException">The key belongs to another entry.</exception>
    /// <exception cref="RequestQueueException">Neither journal nor store can be written. Nothing was promised.</exception>
    public async ValueTask PromiseAsync(QueueEntry entry, CancellationToken cancellationToken)
    {
        SpoolItem item;
        bool isNew;
        lock (_lock)
        {
            isNew = !_items.TryGetValue(Id(entry), out var known);
            item = known ?? new SpoolItem(entry) { IsPromise = true };
            if (isNew)
            {
                Add(item);
            }
        }

        if (item.Entry.PayloadHash != entry.PayloadHash)
        {
            throw new RequestConflictException(entry.Queue, entry.Key);
        }

        if (!isNew)
        {
            await item.Durable.Task.WaitAsync(cancellationToken);
            return;
        }

        // Whatever the caller does meanwhile: others may be waiting for the same promise.
        await WriteAsync(item).WaitAsync(cancellationToken);
        await AskStoreAsync(item, cancellationToken);
    }

    /// <summary>Writes down that an entry was carried out. Does not fail: without the note it may be carried out again, under the same key.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="generation">The store's generation before its handler began.</param>
    /// <param name="cancellationToken">Ends the wait for the journal.</param>
    public async ValueTask CompletedAsync(QueueEntry entry, string generation, CancellationToken cancellationToken)
    {
        try
        {
            var segment = await _journal.AppendAsync(new SpoolRecord(SpoolRecordKind.Completed, entry).Write(), cancellationToken);
            lock (_lock)
            {
                if (!_items.TryGetValue(Id(entry), out var item))
                {
                    Add(item = new SpoolItem(entry));
                    item.Durable.TrySetResult();
                }

                (item.IsCompleted, item.CompletedIn) = (true, generation);
                item.Segments.Add(segment);
                item.ChangedAt = _clock.Now;
                Await(item);
            }
        }
        catch (JournalException exception)
        {
            Guarded.Run(() => LogUnnoted(_logger, exception, entry.Queue));
        }
    }

    /// <summary>The store was told of a completion by whoever carried it out, and took it.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="generation">The store's generation before it was told.</param>
    public void CompletionStored(QueueEntry entry, string generation)
    {
        lock (_lock)
        {
            if (_items.TryGetValue(Id(entry), out var item) && item.IsCompleted && _stores(entry.Queue)?.Generation == generation)
            {
                Settle(item);
            }
        }
    }

    /// <summary>An entry that was promised here and is not carried out yet, as far as this process knows.</summary>
    public QueueEntry? FindPending(string queue, string key)
    {
        lock (_lock)
        {
            return _items.TryGetValue((queue, key), out var item) && item is { IsPromise: true, IsCompleted: false } ? item.Entry : null;
        }
    }

    /// <summary>Brings into the stores what can be brought, for a while, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        using var limit = new CancellationTokenSource(StoreTimeout, _clock.Time);
        await ((Task)TickAsync(limit.Token).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _journal.Dispose();
    }

    private static (string Queue, string Key) Id(QueueEntry entry) => (entry.Queue, entry.Key);

    private async Task WriteAsync(SpoolItem item)
    {
        try
        {
            var record = new SpoolRecord(SpoolRecordKind.Promised, item.Entry).Write();
            long segment;
            try
            {
                segment = await _journal.AppendAsync(record, CancellationToken.None);
            }
            catch (JournalException) when (ReleaseEarly())
            {
                segment = await _journal.AppendAsync(record, CancellationToken.None);
            }

            lock (_lock)
            {
                item.Segments.Add(segment);
            }

            item.Durable.TrySetResult();
        }
        catch (JournalException exception)
        {
            lock (_lock)
            {
                Forget(item);
            }

            await StoreAloneAsync(item, exception);
        }
    }

    /// <summary>Without a journal the store must have it before anything is acknowledged.</summary>
    private async Task StoreAloneAsync(SpoolItem item, JournalException journal)
    {
        try
        {
            using var limit = new CancellationTokenSource(StoreTimeout, _clock.Time);
            var answers = await _stores(item.Entry.Queue)!.StoreAsync([item.Entry], limit.Token).AsTask().WaitAsync(StoreTimeout, _clock.Time);
            if (answers[0] == StoreAnswer.Conflict)
            {
                throw new RequestConflictException(item.Entry.Queue, item.Entry.Key);
            }

            item.Durable.TrySetResult();
        }
#pragma warning disable CA1031 // Whatever it is: nothing is promised, and all who wait hear why.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            var refused = exception as RequestConflictException ?? (Exception)new RequestQueueException(
                $"The request could not be stored: {journal.Message} {_stores(item.Entry.Queue)!.Description} does not take it either ({exception.GetType().Name}). Nothing was promised; repeat it later with the same key.",
                TimeSpan.FromSeconds(5),
                exception);
            item.Durable.TrySetException(refused);
            _ = item.Durable.Task.Exception;
            throw refused;
        }
    }

    private void Add(SpoolItem item)
    {
        _items.Add(Id(item.Entry), item);
        _queues.Add(item.Entry.Queue);
        _waiting.Add(item);
    }

    /// <summary>The store is to be told, again perhaps.</summary>
    private void Await(SpoolItem item)
    {
        item.StoredAt = null;
        item.Version++;
        _waiting.Add(item);
    }

    /// <summary>The store has it.</summary>
    private void Settle(SpoolItem item)
    {
        item.StoredAt = _clock.Now;
        _waiting.Remove(item);
        _stored.Enqueue((item, _clock.Now));
    }

    private void Recover(SpoolRecord record, long segment)
    {
        var id = Id(record.Entry);
        if (!_items.TryGetValue(id, out var item))
        {
            Add(item = new SpoolItem(record.Entry));
            item.Durable.TrySetResult();
        }

        item.Segments.Add(segment);
        item.IsPromise |= record.Kind == SpoolRecordKind.Promised;
        item.IsCompleted |= record.Kind == SpoolRecordKind.Completed;
        if (record.Kind == SpoolRecordKind.Withdrawn)
        {
            Forget(item);
        }
    }

    private void Forget(SpoolItem item)
    {
        _items.Remove(Id(item.Entry));
        _waiting.Remove(item);
        item.StoredAt = null;
        item.Segments.ForEach(_journal.Release);
        item.Segments.Clear();
    }
}

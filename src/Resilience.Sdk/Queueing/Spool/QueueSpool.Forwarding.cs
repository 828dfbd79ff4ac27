using Resilience.Internal;
using Resilience.Journal;
using Resilience.Queueing.Stores;

namespace Resilience.Queueing.Spool;

/// <content>Brings promises into their stores, again after each that may have lost them.</content>
internal sealed partial class QueueSpool
{
    private const int BatchSize = 200;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan CompletionPatience = TimeSpan.FromSeconds(5);
    private int _failures;
    private bool _toldOrphans;

    /// <summary>One round. Not from two threads.</summary>
    /// <returns>Whether something waits for a store that takes nothing now.</returns>
    internal async ValueTask<bool> TickAsync(CancellationToken cancellationToken)
    {
        var waits = false;
        foreach (var queue in Queues())
        {
            if (_stores(queue) is not { } store)
            {
                continue;
            }

            LookForLostCommits(queue, store);
            // What is promised is safe, so it does not wait in line for a writer.
            while (store.IsAvailable && Next(queue) is { Count: > 0 } batch)
            {
                await BringAllAsync(store, batch, cancellationToken).AsTask().WaitAsync(StoreTimeout, _clock.Time, cancellationToken);
            }

            waits |= !store.IsAvailable && Next(queue).Count > 0;
        }

        Release();
        return waits;
    }

    private async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (!await TickAsync(stop))
                {
                    if (_failures > 0)
                    {
                        Guarded.Run(() => LogBack(_logger));
                    }

                    (_failures, _storeIsAway) = (0, false);
                }
            }
#pragma warning disable CA1031 // The loop survives every round; what is promised stays in the journal.
            catch (Exception exception) when (!stop.IsCancellationRequested)
#pragma warning restore CA1031
            {
                _storeIsAway = true;
                if (_failures++ == 0)
                {
                    Guarded.Run(() => LogAway(_logger, exception, Status.NotStored));
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }

            var pause = _failures == 0 ? Period : Growth.Doubled(Period, _failures - 1, TimeSpan.FromSeconds(5)) * (0.5 + (0.5 * _jitter.Next()));
            await (_failures == 0 ? _work.WaitAsync(pause, _clock.Time, stop) : Task.Delay(pause, _clock.Time, stop)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The store alone knows whether another replica has the key. When it does not say so soon, the promise stands.</summary>
    private async ValueTask AskStoreAsync(SpoolItem item, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_storeIsAway || _stores(item.Entry.Queue) is not { IsAvailable: true } || !_items.ContainsKey(Id(item.Entry)))
            {
                _work.Set();
                return;
            }
        }

        var asking = new StoreQuestion();
        try
        {
            await StoreOneAsync(item, asking).WaitAsync(StorePatience, _clock.Time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            if (asking.TryGiveUp())
            {
                // It goes on, and the loop looks after what it finds.
                _work.Set();
                cancellationToken.ThrowIfCancellationRequested();
                return;
            }

            throw new RequestConflictException(item.Entry.Queue, item.Entry.Key);
        }
    }

    /// <exception cref="RequestConflictException">The key belongs to another entry in the store; the promise is withdrawn.</exception>
    private async Task StoreOneAsync(SpoolItem item, StoreQuestion asking)
    {
        var conflicts = false;
        try
        {
            conflicts = await BringAsync(_stores(item.Entry.Queue)!, [item], CancellationToken.None) is [_, ..];
        }
#pragma warning disable CA1031 // The promise stands without the store.
        catch (Exception)
#pragma warning restore CA1031
        {
            _storeIsAway = true;
            _work.Set();
        }

        // A promise that was given is not taken back: the loop finds the conflict and parks it.
        if (conflicts && asking.TryRefuse())
        {
            await WithdrawAsync(item);
            throw new RequestConflictException(item.Entry.Queue, item.Entry.Key);
        }
    }

    private async Task WithdrawAsync(SpoolItem item)
    {
        try
        {
            var segment = await _journal.AppendAsync(new SpoolRecord(SpoolRecordKind.Withdrawn, item.Entry).Write(), CancellationToken.None);
            lock (_lock)
            {
                item.Segments.Add(segment);
            }
        }
        catch (JournalException)
        {
            // After a crash it is found again, and parked as a conflict.
        }

        lock (_lock)
        {
            Forget(item);
        }
    }

    private List<string> Queues()
    {
        lock (_lock)
        {
            if (!_toldOrphans && _queues.FirstOrDefault(queue => _stores(queue) is null) is { } orphan)
            {
                _toldOrphans = true;
                var count = _items.Values.Count(item => item.Entry.Queue == orphan);
                Guarded.Run(() => LogOrphans(_logger, count, orphan));
            }

            return [.. _queues];
        }
    }

    /// <summary>Whoever writes now may not have had the last commits of whoever wrote before.</summary>
    private void LookForLostCommits(string queue, IQueueStore store)
    {
        var generation = store.Generation;
        lock (_lock)
        {
            var known = _generations.GetValueOrDefault(store);
            if (generation.Length == 0 || known == generation)
            {
                return;
            }

            _generations[store] = generation;
            var again = _items.Values.Where(item => item.StoredAt is not null && ReferenceEquals(_stores(item.Entry.Queue), store)).ToList();
            again.ForEach(Await);
            if (known is not null && again.Count > 0)
            {
                Guarded.Run(() => LogAgain(_logger, queue, again.Count));
            }
        }
    }

    /// <summary>A completion has a moment to reach the store by the hand of whoever carried it out.</summary>
    private List<SpoolItem> Next(string queue)
    {
        lock (_lock)
        {
            var now = _clock.Now;
            return [.. _waiting.Where(item => item.Durable.Task.IsCompletedSuccessfully
                && item.Entry.Queue == queue
                && (item.ChangedAt == TimeSpan.MinValue || now - item.ChangedAt >= CompletionPatience)).Take(BatchSize)];
        }
    }

    private async ValueTask BringAllAsync(IQueueStore store, List<SpoolItem> batch, CancellationToken cancellationToken)
    {
        foreach (var conflict in await BringAsync(store, batch, cancellationToken))
        {
            // It was promised: it is not dropped, a person decides.
            var parked = conflict.Entry with { Key = $"{conflict.Entry.Key}#{conflict.Entry.PayloadHash[..8]}" };
            await store.SettleAsync([parked], EntryState.Parked, "conflict", cancellationToken);
            Guarded.Run(() => LogConflict(_logger, parked.Queue, parked.Key));
            lock (_lock)
            {
                Forget(conflict);
            }
        }
    }

    /// <summary>Stores entries and completions, and notes what is stored.</summary>
    /// <returns>Those whose key belongs to another entry.</returns>
    private async Task<List<SpoolItem>> BringAsync(IQueueStore store, List<SpoolItem> batch, CancellationToken cancellationToken)
    {
        var generation = store.Generation;
        List<(SpoolItem Item, int Version, bool IsCompleted)> asked;
        lock (_lock)
        {
            _generations.TryAdd(store, generation);

            // What was completed under an earlier writer may have been lost with it, and what its handler had committed, too: it is
            // stored as it was promised, and if the store does not have it, it is carried out again under its key.
            asked = batch.ConvertAll(item => (item, item.Version, item.IsCompleted && (item.CompletedIn is null || item.CompletedIn == generation)));
        }

        var completed = asked.Where(one => one.IsCompleted).Select(one => one.Item.Entry).ToList();
        if (completed.Count > 0)
        {
            await store.SettleAsync(completed, EntryState.Done, null, cancellationToken);
        }

        var open = asked.Where(one => !one.IsCompleted).ToList();
        var answers = open.Count == 0 ? [] : await store.StoreAsync(open.ConvertAll(one => one.Item.Entry), cancellationToken);
        var conflicts = open.Where((_, i) => answers[i] == StoreAnswer.Conflict).Select(one => one.Item).ToList();
        lock (_lock)
        {
            // A writer that changed meanwhile may not have what the last one took.
            foreach (var (item, _, _) in asked.Where(one => one.Item.Version == one.Version && store.Generation == generation && !conflicts.Contains(one.Item) && _waiting.Contains(one.Item)))
            {
                Settle(item);
            }
        }

        return conflicts;
    }

    private void Release()
    {
        lock (_lock)
        {
            while (_stored.TryPeek(out var oldest) && _clock.Now - oldest.StoredAt >= _retention)
            {
                ForgetStored();
            }
        }
    }

    /// <summary>Room for a promise comes before the protection of what is stored already: the older half of that goes.</summary>
    /// <returns>Whether there is room that there was not.</returns>
    private bool ReleaseEarly()
    {
        lock (_lock)
        {
            var half = (_stored.Count + 1) / 2;
            for (var i = 0; i < half; i++)
            {
                ForgetStored();
            }

            return half > 0;
        }
    }

    /// <summary>Forgets the oldest that is stored, unless it was told of again since.</summary>
    private void ForgetStored()
    {
        var (item, storedAt) = _stored.Dequeue();
        if (item.StoredAt == storedAt)
        {
            Forget(item);
        }
    }
}

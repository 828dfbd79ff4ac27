using Resilience.Internal;
using Resilience.Queueing.Stores;

namespace Resilience.Queueing.Spool;

/// <content>Brings promises into their stores, again after each that may have lost them.</content>
internal sealed partial class QueueSpool
{
    private const int BatchSize = 200;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);
    private int _failures;
    private bool _toldOrphans;

    /// <summary>One round. Not from two threads.</summary>
    internal async ValueTask TickAsync(CancellationToken cancellationToken)
    {
        foreach (var queue in Waiting())
        {
            if (_stores(queue) is not { } store)
            {
                continue;
            }

            LookForLostCommits(queue, store);
            while (Next(queue) is { Count: > 0 } batch)
            {
                await BringAllAsync(store, batch, cancellationToken).AsTask().WaitAsync(StoreTimeout, _clock.Time, cancellationToken);
            }
        }

        Release();
    }

    private async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await TickAsync(stop);
                if (_failures > 0)
                {
                    Guarded.Run(() => LogBack(_logger));
                }

                (_failures, _storeIsAway) = (0, false);
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

    private List<string> Waiting()
    {
        lock (_lock)
        {
            var queues = _items.Values.GroupBy(item => item.Entry.Queue, StringComparer.Ordinal).ToList();
            if (!_toldOrphans)
            {
                foreach (var orphans in queues.Where(queue => _stores(queue.Key) is null))
                {
                    _toldOrphans = true;
                    Guarded.Run(() => LogOrphans(_logger, orphans.Count(), orphans.Key));
                }
            }

            return queues.ConvertAll(queue => queue.Key);
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
            foreach (var item in again)
            {
                item.StoredAt = null;
                item.Version++;
            }

            if (known is not null && again.Count > 0)
            {
                Guarded.Run(() => LogAgain(_logger, queue, again.Count));
            }
        }
    }

    private List<SpoolItem> Next(string queue)
    {
        lock (_lock)
        {
            return [.. _items.Values.Where(item => item.StoredAt is null && item.Durable.Task.IsCompletedSuccessfully && item.Entry.Queue == queue).Take(BatchSize)];
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
            asked = batch.ConvertAll(item => (item, item.Version, item.IsCompleted));
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
            foreach (var (item, version, _) in asked.Where(one => store.Generation == generation && !conflicts.Contains(one.Item)))
            {
                item.StoredAt = item.Version == version ? _clock.Now : item.StoredAt;
            }
        }

        return conflicts;
    }

    private void Release()
    {
        lock (_lock)
        {
            foreach (var item in _items.Values.Where(item => item.StoredAt is { } stored && _clock.Now - stored >= _retention).ToList())
            {
                Forget(item);
            }
        }
    }

    /// <summary>Room for a promise comes before the protection of what is stored already: the older half of that goes.</summary>
    /// <returns>Whether there is room that there was not.</returns>
    private bool ReleaseEarly()
    {
        lock (_lock)
        {
            var stored = _items.Values.Where(item => item.StoredAt is not null).OrderBy(item => item.StoredAt).ToList();
            foreach (var item in stored.Take((stored.Count + 1) / 2))
            {
                Forget(item);
            }

            return stored.Count > 0;
        }
    }
}

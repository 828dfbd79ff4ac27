using Resilience.Queueing;
using Resilience.Queueing.Stores;
using Resilience.Queueing.Worker;

namespace Resilience.DependencyInjection;

/// <summary>The queues of this process's host, for operators.</summary>
internal sealed class QueueAdmin(QueueHost host, SettingsMonitor settings, TimeProvider time) : IQueueAdmin
{
    private const int LongestPage = 1000;

    public IReadOnlyCollection<string> Queues => [.. host.Workers.Select(worker => worker.Name).Order(StringComparer.Ordinal)];

    public async ValueTask<QueueStatus> StatusAsync(string queue, CancellationToken cancellationToken = default)
    {
        var counts = await Store(queue).CountAsync(queue, cancellationToken);
        return new QueueStatus(counts.Ready, counts.Leased, counts.Parked, counts.Reconcile, counts.OldestReadyAt, host.Spool?.Status.NotStored ?? 0);
    }

    public async ValueTask<IReadOnlyList<QueueItem>> ListAsync(string queue, QueueItemState state, string? after = null, int limit = 100, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, LongestPage);
        return [.. (await Store(queue).ListAsync(queue, (EntryState)(int)state, after, limit, cancellationToken)).Select(Show)];
    }

    public async ValueTask<QueueItem?> FindAsync(string queue, string key, CancellationToken cancellationToken = default)
    {
        var store = Store(queue);
        var promised = host.Spool?.FindPending(queue, key);
        if (store.IsAvailable && await store.FindAsync(queue, key, cancellationToken) is { } stored)
        {
            return Show(stored);
        }

        return promised is null ? null : new QueueItem(key, QueueItemState.Waiting, 0, promised.EnqueuedAt, promised.EnqueuedAt, null);
    }

    public ValueTask<bool> ParkAsync(string queue, string key, string reason, CancellationToken cancellationToken = default) =>
        Store(queue).ParkAsync(queue, key, reason, cancellationToken);

    public ValueTask<bool> ReplayAsync(string queue, string key, CancellationToken cancellationToken = default) =>
        Store(queue).ReplayAsync(queue, key, time.GetUtcNow() + settings.Current.Queues[queue].KeyWindow, cancellationToken);

    public ValueTask<long> PurgeAsync(string queue, QueueItemState state, long expected, CancellationToken cancellationToken = default) =>
        state is QueueItemState.Parked or QueueItemState.Reconcile
            ? Store(queue).PurgeAsync(queue, (EntryState)(int)state, expected, cancellationToken)
            : throw new ArgumentOutOfRangeException(nameof(state), state, "Only requests that are set aside can be purged: Parked or Reconcile.");

    private static QueueItem Show(StoredEntry stored) =>
        new(stored.Entry.Key, (QueueItemState)(int)stored.State, stored.Attempts, stored.Entry.EnqueuedAt, stored.AvailableAt, stored.Reason);

    private IQueueStore Store(string queue) => Worker(queue)?.Store
        ?? throw new ArgumentException($"There is no queue '{queue}'. {(Queues.Count == 0 ? "There is none." : $"Queues: {string.Join(", ", Queues)}.")}", nameof(queue));

    private IQueueWorker? Worker(string queue) => host.Workers.FirstOrDefault(worker => worker.Name == queue);
}

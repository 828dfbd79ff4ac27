using System.Collections.Concurrent;
using Resilience.Queueing;
using Resilience.Queueing.Stores;

namespace Resilience.Sdk.Tests.Queueing;

/// <summary>A store in memory that can be away, and that forgets its last commits when it fails over.</summary>
internal sealed class FakeStore : IQueueStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (QueueEntry Entry, EntryState State)> _rows = new(StringComparer.Ordinal);
    private readonly List<string> _unreplicated = [];
    private int _term = 1;

    public string Description => "fake";

    public bool IsAway { get; set; }

    public bool IsAvailable => !IsAway;

    public string Generation => $"{_term}";

    public int Calls { get; private set; }

    public IReadOnlyDictionary<string, EntryState> Rows
    {
        get
        {
            lock (_lock)
            {
                return _rows.ToDictionary(row => row.Key, row => row.Value.State, StringComparer.Ordinal);
            }
        }
    }

    public ValueTask PrepareAsync(CancellationToken cancellationToken) => default;

    /// <summary>Keeps answers back until it ends.</summary>
    public TaskCompletionSource? Hold { get; set; }

    public async ValueTask<IReadOnlyList<StoreAnswer>> StoreAsync(IReadOnlyList<QueueEntry> entries, CancellationToken cancellationToken)
    {
        if (Hold is { } hold)
        {
            await hold.Task;
        }

        return Store(entries);
    }

    private IReadOnlyList<StoreAnswer> Store(IReadOnlyList<QueueEntry> entries)
    {
        lock (_lock)
        {
            Enter();
            return [.. entries.Select(entry =>
            {
                if (_rows.TryGetValue(entry.Key, out var row))
                {
                    return row.Entry.PayloadHash == entry.PayloadHash ? StoreAnswer.Present : StoreAnswer.Conflict;
                }

                _rows.Add(entry.Key, (entry, EntryState.Ready));
                _unreplicated.Add(entry.Key);
                return StoreAnswer.Stored;
            })];
        }
    }

    public ValueTask SettleAsync(IReadOnlyList<QueueEntry> entries, EntryState state, string? reason, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Enter();
            foreach (var entry in entries)
            {
                _rows[entry.Key] = (entry, state);
                _unreplicated.Add(entry.Key);
            }
        }

        return default;
    }

    /// <summary>Everything so far has reached the standby.</summary>
    public void Replicate()
    {
        lock (_lock)
        {
            _unreplicated.Clear();
        }
    }

    /// <summary>The standby is promoted: what had not reached it is gone, and what was done may wait again.</summary>
    public void FailOver()
    {
        lock (_lock)
        {
            _unreplicated.ForEach(key => _rows.Remove(key));
            _unreplicated.Clear();
            _term++;
        }
    }

    public void Put(QueueEntry entry, EntryState state = EntryState.Ready)
    {
        lock (_lock)
        {
            _rows[entry.Key] = (entry, state);
        }
    }

    /// <summary>Answers claims; none can be made when null.</summary>
    public Func<CancellationToken, Task<IReadOnlyList<EntryLease>>>? Claim { get; set; }

    /// <summary>What its workers have given back.</summary>
    public ConcurrentQueue<EndedLease> Ended { get; } = new();

    /// <summary>How many its worker asked for at most the last time.</summary>
    public int? Most { get; private set; }

    public ValueTask<IReadOnlyList<EntryLease>> ClaimAsync(string queue, int most, TimeSpan lease, CancellationToken cancellationToken)
    {
        Most = most;
        return Claim is null ? throw new NotSupportedException() : new(Claim(cancellationToken));
    }

    public ValueTask<IReadOnlySet<Guid>> RenewAsync(string queue, IReadOnlyList<EntryLease> leases, TimeSpan lease, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlySet<Guid>> EndAsync(string queue, IReadOnlyList<EndedLease> ended, CancellationToken cancellationToken)
    {
        foreach (var one in ended)
        {
            Ended.Enqueue(one);
        }

        return new(ended.Select(one => one.Lease.Token).ToHashSet());
    }

    public ValueTask<QueueCounts> CountAsync(string queue, CancellationToken cancellationToken) => new(new QueueCounts(0, 0, 0, 0, null));

    public ValueTask<StoredEntry?> FindAsync(string queue, string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<StoredEntry>> ListAsync(string queue, EntryState state, string? after, int most, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<bool> ParkAsync(string queue, string key, string reason, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<bool> ReplayAsync(string queue, string key, DateTimeOffset keyExpiresAt, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<long> PurgeAsync(string queue, EntryState state, long expected, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask ForgetDoneAsync(string queue, TimeSpan olderThan, CancellationToken cancellationToken) => default;

    private void Enter()
    {
        Calls++;
        if (IsAway)
        {
            throw new TimeoutException("The store is away.");
        }
    }
}

namespace Resilience.Postgres.Tail;

/// <summary>The operations that are kept, oldest first, bounded in number and bytes. Safe for concurrent use; what it hands out has left it.</summary>
internal sealed class TailEntries
{
    /// <summary>How many are kept while a region is away and confirms nothing.</summary>
    public const int Most = 100_000;

    /// <summary>And how many bytes of them.</summary>
    public const long MostBytes = 64 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly List<TailEntry> _entries = [];
    private readonly Dictionary<string, TailEntry> _ids = new(StringComparer.Ordinal);
    private long _bytes;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Adds an entry, unless one of its id is kept already: that one has what was done.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="dropped">The oldest, when there is no room for all.</param>
    /// <returns>The entry that is kept under the id.</returns>
    public TailEntry AddOrFind(TailEntry entry, out IReadOnlyList<TailEntry> dropped)
    {
        lock (_lock)
        {
            if (_ids.TryGetValue(entry.Record.OperationId, out var known))
            {
                dropped = [];
                return known;
            }

            _entries.Add(entry);
            _ids.Add(entry.Record.OperationId, entry);
            _bytes += entry.Record.Payload.Length;
            dropped = _entries.Count > Most || _bytes > MostBytes ? TakeOldest_NeedsLock() : [];
            return entry;
        }
    }

    /// <summary>Those of which something holds; they stay.</summary>
    public List<TailEntry> Where(Func<TailEntry, bool> condition)
    {
        lock (_lock)
        {
            return [.. _entries.Where(condition)];
        }
    }

    /// <summary>Takes out those of which something holds.</summary>
    public List<TailEntry> Take(Func<TailEntry, bool> condition)
    {
        lock (_lock)
        {
            List<TailEntry> taken = [.. _entries.Where(condition)];
            if (taken.Count > 0)
            {
                taken.ForEach(Forget_NeedsLock);
                var gone = taken.ToHashSet();
                _entries.RemoveAll(gone.Contains);
            }

            return taken;
        }
    }

    /// <summary>A few more than must be, so that not every operation that follows moves all the others.</summary>
    private List<TailEntry> TakeOldest_NeedsLock()
    {
        var many = 0;
        while (many < _entries.Count - 1 && (many < _entries.Count / 100 || _bytes > MostBytes))
        {
            Forget_NeedsLock(_entries[many++]);
        }

        var oldest = _entries.GetRange(0, many);
        _entries.RemoveRange(0, many);
        return oldest;
    }

    private void Forget_NeedsLock(TailEntry entry)
    {
        _bytes -= entry.Record.Payload.Length;
        _ids.Remove(entry.Record.OperationId);
    }
}

namespace GameDay.History;

/// <summary>Everything the clients did, in the order in which it ended. All verdicts come from here. Thread-safe.</summary>
internal sealed class OperationHistory
{
    private readonly Lock _lock = new();
    private readonly List<Operation> _operations = [];

    /// <summary>Called for each operation after it was recorded, on the thread of its client.</summary>
    public Action<Operation>? Recorded { get; init; }

    public void Add(Operation operation)
    {
        lock (_lock)
        {
            _operations.Add(operation);
        }

        Recorded?.Invoke(operation);
    }

    public IReadOnlyList<Operation> Snapshot()
    {
        lock (_lock)
        {
            return [.. _operations];
        }
    }

    /// <summary>What ended at or after the moment.</summary>
    public IReadOnlyList<Operation> EndedSince(TimeSpan moment)
    {
        lock (_lock)
        {
            return [.. _operations.Where(o => o.EndedAt >= moment)];
        }
    }
}

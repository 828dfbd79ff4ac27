namespace Resilience.Evidence;

/// <summary>What became of the operations that a failover caught.</summary>
public sealed record OperationCounts
{
    /// <summary>Commits that got no answer.</summary>
    public int Unknown { get; init; }

    /// <summary>Of those, how many the ledger has told of since: committed, or done now.</summary>
    public int Resolved { get; init; }

    /// <summary>Acknowledged operations that the new writer did not have and that were done again there.</summary>
    public int Reapplied { get; init; }

    /// <summary>Acknowledged operations that the new writer does not have, and that could not be done again.</summary>
    public int Lost { get; init; }

    /// <summary>Writes that were refused because their connection led to a former writer.</summary>
    public int Blocked { get; init; }

    /// <summary>The ids of the lost ones; the first 1,000.</summary>
    public IReadOnlyList<string> LostOperations { get; init; } = [];

    internal OperationCounts Lose(string operationId) => this with
    {
        Lost = Lost + 1,
        LostOperations = LostOperations.Count < 1000 ? [.. LostOperations, operationId] : LostOperations,
    };
}

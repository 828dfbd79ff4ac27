namespace Resilience.Fleet;

/// <summary>
/// Where the replicas of a service leave what all of them have to know: one record for each database, one note for each replica. It
/// decides nothing; what is in a record is merged by the replicas. Every member may fail, and may hang for as long as its token allows.
/// </summary>
internal interface IFleetStore
{
    /// <summary>What it is, for people.</summary>
    string Name { get; }

    /// <summary>Where the record of a database is, for the person who has to delete it.</summary>
    string PlaceOf(string database);

    /// <summary>The records of these databases, by name; of one that has none, nothing.</summary>
    Task<IReadOnlyDictionary<string, byte[]>> ReadAsync(IReadOnlyList<string> databases, CancellationToken cancellationToken);

    /// <summary>Writes a record if it still is what was read; null when there was none.</summary>
    /// <returns>False when it has changed since.</returns>
    Task<bool> TryReplaceAsync(string database, byte[]? expected, byte[] record, CancellationToken cancellationToken);

    /// <summary>Leaves this replica's note.</summary>
    Task PublishAsync(string replica, byte[] note, CancellationToken cancellationToken);

    /// <summary>All notes, by replica.</summary>
    Task<IReadOnlyDictionary<string, byte[]>> NotesAsync(CancellationToken cancellationToken);

    /// <summary>Removes notes: of this replica when it ends, or of those that have been silent for long.</summary>
    Task ForgetAsync(IReadOnlyList<string> replicas, CancellationToken cancellationToken);
}

namespace Resilience.Queueing.Stores;

/// <summary>An entry as a store has it, for those who look.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="State">Where it is.</param>
/// <param name="Attempts">How often it was claimed.</param>
/// <param name="AvailableAt">When it may run next.</param>
/// <param name="Reason">Why the last attempt failed, or why it is parked.</param>
internal sealed record StoredEntry(QueueEntry Entry, EntryState State, int Attempts, DateTimeOffset AvailableAt, string? Reason);

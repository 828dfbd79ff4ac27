namespace Resilience.Queueing.Stores;

/// <summary>An entry that a worker may carry out, until its lease ends.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Token">Proves the lease: what another lease has replaced changes nothing any more.</param>
/// <param name="Attempt">The number of this attempt, counted when it was claimed; the first is 1.</param>
/// <param name="IsSecondHand">Whether a lease of another had run out on it: its worker, or the whole process, may have died of it.</param>
internal sealed record EntryLease(QueueEntry Entry, Guid Token, int Attempt, bool IsSecondHand = false);

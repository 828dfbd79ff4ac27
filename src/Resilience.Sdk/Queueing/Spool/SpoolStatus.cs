namespace Resilience.Queueing.Spool;

/// <summary>How the spool is, for those who show it.</summary>
/// <param name="Retained">Entries in the journal.</param>
/// <param name="NotStored">Of those, how many the store does not have yet.</param>
/// <param name="OldestNotStored">When the oldest of them was enqueued; null when there is none.</param>
/// <param name="Bytes">The journal's bytes.</param>
/// <param name="Trouble">Why the journal cannot be written; null when it can.</param>
/// <param name="SetAside">Files of the journal that were found broken at the start.</param>
internal sealed record SpoolStatus(int Retained, int NotStored, DateTimeOffset? OldestNotStored, long Bytes, string? Trouble, int SetAside);

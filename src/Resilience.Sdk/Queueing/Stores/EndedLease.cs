namespace Resilience.Queueing.Stores;

/// <summary>A lease that is given back.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="End">How.</param>
internal readonly record struct EndedLease(EntryLease Lease, LeaseEnd End);

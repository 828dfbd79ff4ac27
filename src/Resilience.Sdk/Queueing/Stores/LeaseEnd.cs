namespace Resilience.Queueing.Stores;

/// <summary>How a worker gives a lease back.</summary>
/// <param name="State">The entry's next state; <see cref="EntryState.Leased"/> is as if the lease had run out.</param>
/// <param name="RetryAfter">For <see cref="EntryState.Ready"/>: how long it waits.</param>
/// <param name="Reason">Why it was not carried out: a short code or the type of an exception, never a message that may hold secrets.</param>
/// <param name="KeepAttempt">Whether this attempt does not count, because the dependency was found to be down, or nothing was tried.</param>
internal readonly record struct LeaseEnd(EntryState State, TimeSpan RetryAfter = default, string? Reason = null, bool KeepAttempt = false);

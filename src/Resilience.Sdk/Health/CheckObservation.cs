namespace Resilience.Health;

/// <summary>What one look, or real traffic in its place, has shown.</summary>
/// <param name="At">When it began, on the clock of the check. What began earlier says less, whenever it ends.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Reason">For failures a short code of ours, never text of the other side: it may hold anything, a secret included.</param>
/// <param name="Duration">How long it took; null when it was not a check.</param>
internal readonly record struct CheckObservation(TimeSpan At, CheckOutcome Outcome, string? Reason = null, TimeSpan? Duration = null);

namespace Resilience.Health;

/// <summary>What a look has shown.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Reason">For failures a short code of ours, such as <c>http-503</c> or <c>refused</c>.</param>
internal readonly record struct CheckAnswer(CheckOutcome Outcome, string? Reason = null);

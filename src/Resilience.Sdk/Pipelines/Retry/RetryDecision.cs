namespace Resilience.Pipelines.Retry;

/// <summary>Whether a call is repeated, after which pause, and why.</summary>
internal readonly record struct RetryDecision(bool Repeats, TimeSpan After, RetryReason Reason)
{
    public static RetryDecision Repeat(TimeSpan after, RetryReason reason) => new(Repeats: true, after, reason);

    public static RetryDecision GiveUp(RetryReason reason) => new(Repeats: false, TimeSpan.Zero, reason);
}

namespace Resilience.Pipelines.Retry;

/// <summary>
/// Decides whether a call is repeated. Giving up always means that the caller gets the real answer or error of the last
/// attempt, at once: waiting for a repeat that cannot come in time would only lose both the time and the answer.
/// </summary>
internal static class RetryRules
{
    /// <summary>Decides by the rules, and then asks the budget; last, so that nothing is withdrawn in vain.</summary>
    public static RetryDecision Decide(RetryOptions options, in FinishedAttempt attempt, RetryBudget budget)
    {
        var decision = Decide(options, attempt);
        return !decision.Repeats || budget.TryWithdraw(options.Budget) ? decision : RetryDecision.GiveUp(RetryReason.BudgetExhausted);
    }

    /// <summary>Decides by the rules alone. Pure.</summary>
    public static RetryDecision Decide(RetryOptions options, in FinishedAttempt attempt) =>
        Obstacle(options, attempt) is { } reason ? RetryDecision.GiveUp(reason) : Pause(options, attempt);

    // What lies in the attempt comes first: it is the truer reason where several apply.
    private static RetryReason? Obstacle(RetryOptions options, in FinishedAttempt attempt) => attempt.Result switch
    {
        AttemptResult.Final => RetryReason.Final,
        AttemptResult.Cancelled => RetryReason.Cancelled,
        AttemptResult.Rejected => RetryReason.Rejected,
        _ when !options.Enabled => RetryReason.Disabled,
        not AttemptResult.NotSent when !attempt.Idempotent => RetryReason.NotIdempotent,
        _ when !attempt.Replayable => RetryReason.NotReplayable,
        _ when attempt.Repeats >= options.MaxRetryAttempts => RetryReason.AttemptsExhausted,
        _ => null,
    };

    private static RetryDecision Pause(RetryOptions options, in FinishedAttempt attempt)
    {
        var backoff = Backoff.Delay(options, attempt.Repeats, attempt.PreviousDelay, attempt.Random);
        if (!options.ShouldRetryAfterHeader || attempt.RetryAfter is not { } asked || asked <= TimeSpan.Zero)
        {
            return InTime(backoff, attempt) ? RetryDecision.Repeat(backoff, RetryReason.Backoff) : RetryDecision.GiveUp(RetryReason.DeadlineTooClose);
        }

        var longest = options.MaxDelay ?? Backoff.Longest;
        if (asked > longest)
        {
            return RetryDecision.GiveUp(RetryReason.RetryAfterTooLong);
        }

        if (!InTime(asked, attempt))
        {
            return RetryDecision.GiveUp(RetryReason.DeadlineTooClose);
        }

        // Callers that were told the same moment would come back in the same moment, so with jitter the computed pause
        // comes on top, as far as the bounds leave room for it.
        var spread = options.UseJitter ? asked + backoff : asked > backoff ? asked : backoff;
        var bounded = spread < longest ? spread : longest;
        return RetryDecision.Repeat(InTime(bounded, attempt) ? bounded : asked, RetryReason.RetryAfter);
    }

    private static bool InTime(TimeSpan pause, in FinishedAttempt attempt) => attempt.Remaining is not { } remaining || pause < remaining;
}

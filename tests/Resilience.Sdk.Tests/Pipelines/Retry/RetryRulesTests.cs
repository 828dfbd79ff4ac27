using FsCheck;
using FsCheck.Fluent;
using Resilience.Pipelines.Retry;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Pipelines.Retry;

public sealed class RetryRulesTests
{
    private static readonly RetryOptions Options = new() { Delay = TimeSpan.FromSeconds(1), MaxDelay = TimeSpan.FromSeconds(10), UseJitter = false };

    // Result, repeats so far, idempotent, replayable → verdict.
    [Theory]
    [InlineData("Final", 0, true, true, "Final")]
    [InlineData("Final", 9, false, false, "Final")]
    [InlineData("Cancelled", 0, true, true, "Cancelled")]
    [InlineData("Rejected", 0, true, true, "Rejected")]
    [InlineData("Failure", 0, true, true, "Backoff")]
    [InlineData("Failure", 2, true, true, "Backoff")]
    [InlineData("Failure", 3, true, true, "AttemptsExhausted")]
    [InlineData("Failure", 0, false, true, "NotIdempotent")]
    [InlineData("Failure", 3, false, true, "NotIdempotent")]
    [InlineData("Failure", 0, true, false, "NotReplayable")]
    [InlineData("Overloaded", 0, true, true, "Backoff")]
    [InlineData("Overloaded", 0, false, true, "NotIdempotent")]
    [InlineData("NotSent", 0, false, true, "Backoff")]
    [InlineData("NotSent", 0, false, false, "NotReplayable")]
    [InlineData("NotSent", 3, false, true, "AttemptsExhausted")]
    public void Decide_Attempt_Verdict(string result, int repeats, bool idempotent, bool replayable, string expected)
    {
        var attempt = new FinishedAttempt { Result = Enum.Parse<AttemptResult>(result), Repeats = repeats, Idempotent = idempotent, Replayable = replayable };

        var decision = RetryRules.Decide(Options, attempt);

        Assert.Equal(expected, $"{decision.Reason}");
        Assert.Equal(expected == "Backoff", decision.Repeats);
    }

    // Retry-After, remaining, repeats, jitter → verdict after seconds. The back-off is 1, 2, 4 s, with jitter here half of it.
    [Theory]
    [InlineData(null, null, 0, false, "Backoff", 1)]
    [InlineData(null, 1.001, 0, false, "Backoff", 1)]
    [InlineData(null, 1.0, 0, false, "DeadlineTooClose", 0)]
    [InlineData(null, 0.0, 0, false, "DeadlineTooClose", 0)]
    [InlineData(null, -1.0, 0, false, "DeadlineTooClose", 0)]
    [InlineData(0.0, null, 0, false, "Backoff", 1)]
    [InlineData(5.0, null, 0, false, "RetryAfter", 5)]
    [InlineData(1.0, null, 1, false, "RetryAfter", 2)]
    [InlineData(5.0, null, 2, true, "RetryAfter", 7)]
    [InlineData(9.0, null, 2, true, "RetryAfter", 10)]
    [InlineData(10.0, null, 0, false, "RetryAfter", 10)]
    [InlineData(10.001, null, 0, false, "RetryAfterTooLong", 0)]
    [InlineData(60.0, 2.0, 0, false, "RetryAfterTooLong", 0)]
    [InlineData(5.0, 2.0, 0, false, "DeadlineTooClose", 0)]
    [InlineData(5.0, 5.0, 0, true, "DeadlineTooClose", 0)]
    [InlineData(5.0, 6.0, 2, true, "RetryAfter", 5)]
    public void Decide_Pause_Verdict(double? retryAfter, double? remaining, int repeats, bool jitter, string expected, double after)
    {
        var attempt = Failure with
        {
            Result = AttemptResult.Overloaded,
            Repeats = repeats,
            RetryAfter = Seconds(retryAfter),
            Remaining = Seconds(remaining),
            Random = 0.5,
        };

        var decision = RetryRules.Decide(Options with { UseJitter = jitter }, attempt);

        Assert.Equal((expected, after), ($"{decision.Reason}", decision.After.TotalSeconds));
    }

    [Fact]
    public void Decide_RetryAfterIgnored_UsesBackoff()
    {
        var decision = RetryRules.Decide(Options with { ShouldRetryAfterHeader = false }, Failure with { RetryAfter = TimeSpan.FromMinutes(1) });

        Assert.Equal(RetryDecision.Repeat(TimeSpan.FromSeconds(1), RetryReason.Backoff), decision);
    }

    [Fact]
    public void Decide_NoMaxDelayAndRetryAfterBeyondADay_GivesUp() =>
        Assert.Equal(RetryReason.RetryAfterTooLong, RetryRules.Decide(Options with { MaxDelay = null }, Failure with { RetryAfter = TimeSpan.FromDays(2) }).Reason);

    [Fact]
    public void Decide_Disabled_GivesUp() => Assert.Equal(RetryReason.Disabled, RetryRules.Decide(Options with { Enabled = false }, Failure).Reason);

    [Fact]
    public void Decide_BudgetExhausted_GivesUpAndWithdrawsOnlyForRepeats()
    {
        var budget = new RetryBudget(new ManualTimeProvider());
        var options = Options with { Budget = new RetryBudgetOptions { MinPerSecond = 1 } };

        Assert.Equal(RetryReason.Final, RetryRules.Decide(options, Failure with { Result = AttemptResult.Final }, budget).Reason);
        Assert.Equal(RetryReason.AttemptsExhausted, RetryRules.Decide(options, Failure with { Repeats = 3 }, budget).Reason);
        Assert.Equal(0, budget.Snapshot(options.Budget).Withdrawn);
        Assert.True(RetryRules.Decide(options, Failure, budget).Repeats);
        Assert.Equal(RetryDecision.GiveUp(RetryReason.BudgetExhausted), RetryRules.Decide(options, Failure, budget));
    }

    [Fact]
    public void Decide_AnyPause_IsNeverPastTheDeadlineNorAboveTheBoundNorShorterThanAsked() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(5000),
        Prop.ForAll(
            (from repeats in Gen.Choose(0, 2)
             from remaining in Gen.Choose(-1000, 20_000)
             from asked in Gen.Choose(0, 20_000)
             from previous in Gen.Choose(0, 10_000)
             from random in Gen.Choose(0, 999)
             from kind in Gen.Elements(Enum.GetValues<JitterKind>())
             from type in Gen.Elements(Enum.GetValues<BackoffType>())
             from jitter in Gen.Elements(true, false)
             select (
                 Options with { Jitter = kind, UseJitter = jitter, BackoffType = type },
                 Failure with
                 {
                     Repeats = repeats,
                     Remaining = TimeSpan.FromMilliseconds(remaining),
                     RetryAfter = TimeSpan.FromMilliseconds(asked),
                     PreviousDelay = TimeSpan.FromMilliseconds(previous),
                     Random = random / 1000.0,
                 })).ToArbitrary(),
            drawn =>
            {
                var (options, attempt) = drawn;
                var decision = RetryRules.Decide(options, attempt);
                return decision.Repeats
                    ? decision.After < attempt.Remaining && decision.After <= options.MaxDelay && decision.After >= attempt.RetryAfter
                    : decision.After == TimeSpan.Zero;
            }));

    private static FinishedAttempt Failure => new() { Result = AttemptResult.Failure, Idempotent = true, Replayable = true };

    private static TimeSpan? Seconds(double? seconds) => seconds is { } value ? TimeSpan.FromSeconds(value) : null;
}

using Resilience.Internal;

namespace Resilience.Health;

/// <summary>The only place that decides what a check's results mean: a pure function of state and observation.</summary>
internal static class CheckReducer
{
    public static CheckState Apply(CheckState state, in CheckObservation seen, CheckRules rules)
    {
        if (seen.At < state.SeenAt)
        {
            return state;
        }

        var failed = seen.Outcome == CheckOutcome.Failed;
        var failures = failed ? state.FailuresInARow + 1 : 0;
        var successes = failed ? 0 : state.SuccessesInARow + 1;
        var status = failed ? AfterFailure(state, failures, rules) : AfterSuccess(state, successes, seen.Outcome, rules);
        var next = state with
        {
            Status = status,
            Since = status == state.Status ? state.Since : seen.At,
            SeenAt = seen.At,
            FailuresInARow = failures,
            SuccessesInARow = successes,
            FailingSince = failed ? state.FailingSince ?? seen.At : null,
            Reason = failed ? seen.Reason : null,
            Duration = seen.Duration,
            WasHealthy = state.WasHealthy || status is CheckStatus.Healthy or CheckStatus.Degraded,
        };
        return next with { ReliableUntil = seen.At + rules.StaleAfter(IntervalAfter(next, rules)) };
    }

    /// <summary>When to look again: seldom at what has been down for long, as usual while it comes back.</summary>
    public static TimeSpan IntervalAfter(CheckState state, CheckRules rules)
    {
        var beyond = state.Status == CheckStatus.Unhealthy ? state.FailuresInARow - rules.FailureThreshold : 0;
        return beyond <= 0 || rules.MaxInterval <= rules.Interval ? rules.Interval : Growth.Doubled(rules.Interval, beyond, rules.MaxInterval);
    }

    private static CheckStatus AfterFailure(CheckState state, int failures, CheckRules rules) =>
        failures >= rules.FailureThreshold ? CheckStatus.Unhealthy : state.Status;

    private static CheckStatus AfterSuccess(CheckState state, int successes, CheckOutcome outcome, CheckRules rules)
    {
        if (state.Status == CheckStatus.Unhealthy && successes < rules.SuccessThreshold)
        {
            return CheckStatus.Unhealthy;
        }

        return outcome == CheckOutcome.Degraded ? CheckStatus.Degraded : CheckStatus.Healthy;
    }
}

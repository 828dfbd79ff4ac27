using GameDay.Deployment;
using GameDay.Reporting;
using GameDay.Timing;

namespace GameDay.Experiments;

/// <summary>The service's record of the failover on the clock of the run, counted from the loss, which only the runner knows.</summary>
internal sealed record RecoveryMoments(
    TimeSpan Lost, TimeSpan Detected, TimeSpan Validated, TimeSpan Decided, TimeSpan Switched, TimeSpan? FirstSuccess)
{
    private const int Digits = 6;

    public static RecoveryMoments? Of(RegionLoss loss, FailoverMoments? failover, RunClock clock)
    {
        if (loss.LostAt is not { } lost || failover is null)
        {
            return null;
        }

        // Moments that the service took in order can differ by a tick the other way once they are in UTC.
        var last = lost;
        return new RecoveryMoments(
            lost,
            Next(failover.DetectedAt),
            Next(failover.ValidatedAt),
            Next(failover.DecidedAt),
            Next(failover.SwitchedAt),
            failover.FirstSuccessAt is { } success ? Next(success) : null);

        TimeSpan Next(DateTimeOffset moment)
        {
            var next = clock.FromUtc(moment);
            return last = next > last ? next : last;
        }
    }

    /// <summary>Null until there was a success.</summary>
    public RecoveryPhases? Phases => FirstSuccess is { } success
        ? new RecoveryPhases(
            Seconds(Detected - Lost),
            Seconds(Validated - Detected),
            Seconds(Decided - Validated),
            Seconds(Switched - Decided),
            Seconds(success - Switched))
        : null;

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, Digits);
}

using GameDay.Reporting;
using GameDay.Timing;

namespace GameDay.Experiments.RegionFailover;

/// <summary>What the runner, the service and the clients saw, in one order.</summary>
internal static class RegionFailoverTimeline
{
    private const int Digits = 6;

    public static IReadOnlyList<TimelineEntry> Of(Evidence evidence, RecoveryMoments? moments, RunClock clock)
    {
        var loss = evidence.Loss;
        var entries = new List<(TimeSpan At, string Source, string Event)>();
        Add(evidence.LoadStartedAt, "runner", "load started");
        Add(evidence.ControlStartedAt == TimeSpan.MaxValue ? null : evidence.ControlStartedAt, "runner", "control window started");
        Add(loss.KilledAt, "runner", $"{loss.Dead}, the writer, was killed");
        Add(loss.PromotionOrderedAt, "runner", $"promotion of {loss.Survivor} was ordered");
        Add(loss.PromotedAt, "runner", $"{loss.Survivor} was seen writable");
        Add(evidence.FirstFromSurvivor?.EndedAt, "client", $"first payment acknowledged by {loss.Survivor}");
        Add(evidence.LoadStoppedAt, "runner", "load stopped");
        if (evidence.Failover is { } failover && moments is not null)
        {
            Add(clock.FromUtc(failover.FirstSignAt), "service", "first sign of failure");
            Add(moments.Detected, "service", $"{failover.From} declared lost: {failover.Reason}");
            Add(failover.PromotionSeenAt is { } seen ? clock.FromUtc(seen) : null, "service", $"promotion of {failover.To} seen");
            Add(moments.Validated, "service", $"{failover.To} proven to be the successor");
            Add(moments.Decided, "service", $"decided to follow {failover.To}");
            Add(moments.Switched, "service", $"new work goes to {failover.To}");
            Add(moments.FirstSuccess, "service", $"first success on {failover.To}");
        }

        var origin = loss.KilledAt ?? evidence.LoadStartedAt;
        return [.. entries.OrderBy(e => e.At).Select(e =>
            new TimelineEntry(clock.ToUtc(e.At), Math.Round((e.At - origin).TotalSeconds, Digits), e.Source, e.Event))];

        void Add(TimeSpan? at, string source, string text)
        {
            if (at is { } known)
            {
                entries.Add((known, source, text));
            }
        }
    }
}

using GameDay.Reporting;
using GameDay.Timing;

namespace GameDay.Experiments.RegionFailover;

/// <summary>What the runner, the service and the clients saw, in one order.</summary>
internal static class RegionFailoverTimeline
{
    private const int Digits = 6;

    public static IReadOnlyList<TimelineEntry> Of(Evidence evidence, RunClock clock)
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
        if (evidence.Failover is { } failover)
        {
            AddUtc(failover.FirstSignAt, "first sign of failure");
            AddUtc(failover.DetectedAt, $"{failover.From} declared lost: {failover.Reason}");
            AddUtc(failover.PromotionSeenAt, $"promotion of {failover.To} seen");
            AddUtc(failover.ValidatedAt, $"{failover.To} proven to be the successor");
            AddUtc(failover.DecidedAt, $"decided to follow {failover.To}");
            AddUtc(failover.SwitchedAt, $"new work goes to {failover.To}");
            AddUtc(failover.FirstSuccessAt, $"first success on {failover.To}");
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

        void AddUtc(DateTimeOffset? at, string text) => Add(at is { } known ? clock.FromUtc(known) : null, "service", text);
    }
}

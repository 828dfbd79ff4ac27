using GameDay.Reporting;
using GameDay.Timing;

namespace GameDay.Experiments;

/// <summary>What the runner, the service and the clients saw, in one order.</summary>
internal static class ExperimentTimeline
{
    private const int Digits = 6;

    public static IReadOnlyList<TimelineEntry> Of(Evidence evidence, RecoveryMoments? moments, RunClock clock)
    {
        var entries = new List<(TimeSpan At, string Source, string Event)>();
        Add(evidence.LoadStartedAt, "runner", "load started");
        Add(evidence.ControlStartedAt, "runner", "control window started");
        foreach (var step in evidence.Injected)
        {
            Add(step.From, "runner", step.Description);
            Add(step.UndoneAt, "runner", $"undone: {step.Description}");
        }

        foreach (var loss in evidence.Losses)
        {
            Add(loss.PromotedAt, "runner", $"{loss.Survivor} was seen writable");
        }

        Add(evidence.FirstFromSurvivor?.EndedAt, "client", $"first payment acknowledged by {evidence.FirstLoss?.Survivor}");
        foreach (var episode in evidence.Episodes.Where(episode => episode.From >= evidence.FaultAt))
        {
            Add(episode.From, episode.Replica, $"{episode.Subject}: {episode.Text}");
            Add(episode.To, episode.Replica, $"{episode.Subject}: no longer {episode.Text}");
        }

        Add(evidence.RestoredAt, "runner", "everything is undone");
        Add(evidence.LoadStoppedAt, "runner", "load stopped");
        AddFailover(evidence, moments, clock, Add);

        var origin = evidence.FaultAt ?? evidence.LoadStartedAt;
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

    private static void AddFailover(Evidence evidence, RecoveryMoments? moments, RunClock clock, Action<TimeSpan?, string, string> add)
    {
        if (moments is null || evidence.Failovers.FirstOrDefault(failover => failover.To == evidence.FirstLoss?.Survivor && clock.FromUtc(failover.DetectedAt) >= evidence.FirstLoss?.LostAt) is not { } failover)
        {
            return;
        }

        add(clock.FromUtc(failover.FirstSignAt), "service", "first sign of failure");
        add(moments.Detected, "service", $"{failover.From} declared lost: {failover.Reason}");
        add(failover.PromotionSeenAt is { } seen ? clock.FromUtc(seen) : null, "service", $"promotion of {failover.To} seen");
        add(moments.Validated, "service", $"{failover.To} proven to be the successor");
        add(moments.Decided, "service", $"decided to follow {failover.To}");
        add(moments.Switched, "service", $"new work goes to {failover.To}");
        add(moments.FirstSuccess, "service", $"first success on {failover.To}");
    }
}

using System.Globalization;
using GameDay.Checks;
using GameDay.History;
using GameDay.Reporting;
using GameDay.Timing;

namespace GameDay.Experiments;

/// <summary>Judges the evidence of a run.</summary>
internal sealed class ReportBuilder(Experiment experiment, ExperimentSession session, Evidence evidence)
{
    private const int FailuresShown = 10;
    private const int Digits = 6;

    private readonly RunClock _clock = session.Clock;

    public ExperimentReport Build(DateTimeOffset started)
    {
        var lost = evidence.Verification?.Ledger.LostByReplication ?? [];
        var judged = evidence with { Operations = LostPayments.Excuse(evidence.Operations, lost) };
        var (operations, all) = (judged.Operations, HistoryWindow.Of("all", judged.Operations));
        var (loss, first) = (judged.FirstLoss, judged.FirstFromSurvivor);
        var moments = Moments();
        var phases = moments?.Phases;

        // A process that was started in the middle of it has no record of the failover; then the clients say how long it took.
        var actual = phases?.InOrder.Sum(phase => phase.Seconds)
            ?? (loss is null ? Seconds(EvidenceWindows.TimeToService(judged)) : Seconds(first?.EndedAt - loss.LostAt));
        var byClients = Seconds(EvidenceWindows.TimeToService(judged));
        var checks = ExperimentChecks.Of(experiment, session.Targets, judged, byClients is null ? null : Math.Max(byClients.Value, actual ?? 0));
        var (verdict, reason) = Judge(judged, checks);
        var rto = new RecoveryTime(session.Targets.Rto.TotalSeconds, actual is null ? null : Math.Round(actual.Value, Digits), phases)
        {
            SeenByClientSeconds = first is null ? null : Seconds(first.EndedAt - loss!.LostAt),
        };
        var rpo = new RecoveryPoint(session.Targets.Rpo.TotalSeconds, lost.Count, Milliseconds(loss?.DurabilityLag))
        {
            LostPaymentIds = [.. lost.Select(o => o.PaymentId!).Order(StringComparer.Ordinal)],
        };
        return new ExperimentReport
        {
            Experiment = experiment.Name,
            Hypothesis = experiment.Hypothesis,
            Verdict = verdict,
            Reason = reason,
            Seed = session.Settings.Seed,
            StartedAt = started,
            Requests = new RequestCounts(all.Total, all.Succeeded, all.Degraded, all.Failed),
            LatencyMs = all.LatencyMs,
            Rto = rto,
            Rpo = rpo,
            Objectives = ObjectiveResults.Of(rto, rpo, session.Targets.System),
            Impact = session.Targets.System?.ImpactOf(actual is { } downtime ? TimeSpan.FromSeconds(downtime) : null),
            Series = RequestSeries.Of(operations, Origin),
            Faults = [.. judged.Injected.Where(step => step.IsFault).Select(step => new FaultSpan(step.Action, step.Target, At(step.From), OrNull(step.UndoneAt)))],
            Episodes = [.. judged.Episodes.Where(episode => episode.To is null || episode.To >= judged.FaultAt).Select(episode => new Episode(
                session.System?.Replicas.Count > 1 ? $"{episode.Replica}: {episode.Subject}" : episode.Subject, At(episode.From), OrNull(episode.To), episode.Text))],
            Promotion = loss?.PromotedAt is { } promoted
                ? new PromotionTimes(Milliseconds(promoted - loss.PromotionOrderedAt)!.Value, Milliseconds(first?.EndedAt - promoted))
                : null,
            Charges = judged.Verification is { Charges: var charges } ? new ChargeCounts(charges.Total, charges.Duplicates) : null,
            Checks = checks,
            Windows = HistoryWindow.Split(operations, judged.ControlStartedAt ?? TimeSpan.MaxValue, judged.FaultAt, EvidenceWindows.RecoveredAt(judged)),
            Failures = [.. operations.Where(o => o.Outcome == Outcome.Failed).Take(FailuresShown).Select(o => $"{o.Kind} {o.Key ?? o.PaymentId}: {o.Error}")],
            Timeline = ExperimentTimeline.Of(judged, moments, _clock),
            Environment = RunEnvironment.Of(session.Settings.ServiceProgram),
        };
    }

    private static (Verdict Verdict, string Reason) Judge(Evidence evidence, IReadOnlyList<CheckResult> checks)
    {
        if (evidence.AbortReason is { } abort)
        {
            return (Verdict.Aborted, abort);
        }

        if (evidence.StepError is { } error)
        {
            return (Verdict.Inconclusive, error);
        }

        if (evidence.SteadyBefore is not { Held: true } steady)
        {
            return (Verdict.Inconclusive, $"The system was not steady before the fault: {evidence.SteadyBefore?.Detail ?? "nothing was measured"}.");
        }

        if (evidence.Injected.FirstOrDefault(step => step.IsFault && !step.IsAsked) is { } unasked)
        {
            return (Verdict.Inconclusive, $"A fault was not proven, {unasked.Description}: nobody was asked.");
        }

        if (evidence.Injected.FirstOrDefault(step => step.Disproof is not null) is { } unreal)
        {
            return (Verdict.Inconclusive, $"A fault was not proven, {unreal.Description}: {unreal.Disproof}.");
        }

        if (evidence.Losses.FirstOrDefault(loss => loss.PromotedAt is not null && !loss.IsProven) is { } unproven)
        {
            return (Verdict.Inconclusive, $"The fault was not proven: {(unproven.IsDead ? "the promoted server takes no writes" : "the lost server still answers")}.");
        }

        var broken = checks.Where(c => !c.Held).Select(c => $"{c.Name}: {c.Detail}").ToList();
        return broken.Count == 0
            ? (Verdict.Passed, "The hypothesis held.")
            : (Verdict.Failed, $"The hypothesis did not hold. {string.Join("; ", broken)}.");
    }

    private RecoveryMoments? Moments() => evidence.FirstLoss is { } loss
        ? RecoveryMoments.Of(
            loss, evidence.Failovers.FirstOrDefault(failover => failover.To == loss.Survivor && _clock.FromUtc(failover.DetectedAt) >= loss.LostAt), _clock)
        : null;

    private TimeSpan Origin => evidence.FaultAt ?? evidence.LoadStartedAt;

    private double At(TimeSpan moment) => Math.Round((moment - Origin).TotalSeconds, Digits);

    private double? OrNull(TimeSpan? moment) => moment is { } known ? At(known) : null;

    private static double? Seconds(TimeSpan? time) => time is { } value ? Math.Round(value.TotalSeconds, Digits) : null;

    private static double? Milliseconds(TimeSpan? time) => time is { } value ? Math.Round(value.TotalMilliseconds, 3) : null;
}

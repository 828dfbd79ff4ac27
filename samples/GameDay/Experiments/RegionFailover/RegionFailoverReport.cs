using GameDay.Checks;
using GameDay.Deployment;
using GameDay.History;
using GameDay.Reporting;

namespace GameDay.Experiments.RegionFailover;

/// <summary>Judges the evidence of a run.</summary>
internal static class RegionFailoverReport
{
    private const int FailuresShown = 10;
    private const int Digits = 6;

    public static ExperimentReport Of(IExperiment experiment, ExperimentSession session, DateTimeOffset started, Evidence evidence)
    {
        IReadOnlyList<Operation> lost = evidence.Ledger?.LostByReplication ?? [];
        var operations = LostPayments.Excuse(evidence.Operations, lost);
        var all = HistoryWindow.Of("all", operations);
        var loss = evidence.Loss;
        var moments = RecoveryMoments.Of(loss, evidence.Failover, session.Clock);
        var phases = moments?.Phases;
        var actual = phases?.InOrder.Sum(p => p.Seconds);
        var checks = RegionFailoverChecks.Of(evidence, all.Failed, actual);
        var first = evidence.FirstFromSurvivor;
        var (verdict, reason) = Judge(evidence, checks);
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
            Rto = new RecoveryTime(RegionalDeployment.RtoTarget.TotalSeconds, actual is null ? null : Math.Round(actual.Value, Digits), phases)
            {
                SeenByClientSeconds = first is null ? null : Seconds(first.EndedAt - loss.KilledAt!.Value),
            },
            Rpo = new RecoveryPoint(RegionalDeployment.RpoTarget.TotalSeconds, lost.Count, Milliseconds(loss.DurabilityLag))
            {
                LostPaymentIds = [.. lost.Select(o => o.PaymentId!).Order(StringComparer.Ordinal)],
            },
            Promotion = loss.PromotedAt is { } promoted
                ? new PromotionTimes(Milliseconds(promoted - loss.PromotionOrderedAt)!.Value, Milliseconds(first?.EndedAt - promoted))
                : null,
            Charges = evidence.Charges is { } charges ? new ChargeCounts(charges.Total, charges.Duplicates) : null,
            Checks = evidence.Steady is null ? checks : [evidence.Steady, .. checks],
            Windows = HistoryWindow.Split(operations, evidence.ControlStartedAt, loss.KilledAt, first?.EndedAt),
            Failures = [.. operations.Where(o => o.Outcome == Outcome.Failed).Take(FailuresShown).Select(o => $"{o.Kind} {o.Key ?? o.PaymentId}: {o.Error}")],
            Timeline = RegionFailoverTimeline.Of(evidence, moments, session.Clock),
        };
    }

    private static (Verdict Verdict, string Reason) Judge(Evidence evidence, IReadOnlyList<CheckResult> checks)
    {
        if (evidence.AbortReason is { } abort)
        {
            return (Verdict.Aborted, abort);
        }

        if (evidence.Steady is not { Held: true } steady)
        {
            return (Verdict.Inconclusive, $"The system was not steady before the fault: {evidence.Steady?.Detail ?? "nothing was measured"}.");
        }

        if (!evidence.Loss.IsProven)
        {
            return (Verdict.Inconclusive, $"The fault was not proven: {(evidence.Loss.IsDead ? "the promoted server takes no writes" : "the killed server still takes connections")}.");
        }

        var broken = checks.Where(c => !c.Held).Select(c => $"{c.Name}: {c.Detail}").ToList();
        return broken.Count == 0
            ? (Verdict.Passed, "The hypothesis held.")
            : (Verdict.Failed, $"The hypothesis did not hold. {string.Join("; ", broken)}.");
    }

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, Digits);

    private static double? Milliseconds(TimeSpan? time) => time is { } value ? Math.Round(value.TotalMilliseconds, 3) : null;
}

using System.Globalization;
using GameDay.Checks;

namespace GameDay.Experiments;

/// <summary>The hypothesis, part by part: what must hold in every experiment, and what this one expects besides.</summary>
internal static class ExperimentChecks
{
    public static IReadOnlyList<CheckResult> Of(Experiment experiment, RecoveryTargets targets, Evidence evidence, double? rtoSeconds)
    {
        var checks = new List<CheckResult>();
        checks.AddRange(new[] { evidence.SteadyBefore, evidence.SteadyAfter }.OfType<CheckResult>());
        checks.Add(new(
            "customers were served within the objective",
            rtoSeconds <= targets.Rto.TotalSeconds,
            rtoSeconds is null ? "not served again" : Text($"{rtoSeconds:0.000} s of {targets.Rto.TotalSeconds:0} s")));
        if (evidence.Verification is { Ledger.LostByReplication: var lost })
        {
            // With an objective above zero a loss counts by its length, which the report tells; here none is above zero by accident.
            checks.Add(new(
                "what was lost is within the objective",
                lost.Count == 0 || (targets.Rpo > TimeSpan.Zero && evidence.FirstLoss?.DurabilityLag <= targets.Rpo),
                Text($"{lost.Count} acknowledged payments lost, objective {targets.Rpo.TotalSeconds:0} s")));
        }

        checks.Add(new("everything was undone", evidence.RollbackError is null, evidence.RollbackError ?? Text($"{evidence.Injected.Count} steps")));
        checks.AddRange(evidence.Verification is { } verification
            ? verification.Checks
            : [new CheckResult(Verification.Survival, Held: false, evidence.VerificationError ?? "not verified")]);
        checks.AddRange(experiment.Expect.Select(expected => expected.Kind.Check(evidence, expected.Value)));
        return checks;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

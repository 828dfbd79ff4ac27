using System.Globalization;
using GameDay.Checks;

namespace GameDay.Experiments;

/// <summary>The hypothesis, part by part: what must hold in every experiment, and what this one expects besides.</summary>
internal static class ExperimentChecks
{
    private const string Survival = "every acknowledged payment is in the ledger, or named as lost by replication";

    public static IReadOnlyList<CheckResult> Of(Experiment experiment, RecoveryTargets targets, Evidence evidence, double? rtoSeconds)
    {
        var checks = new List<CheckResult>();
        checks.AddRange(new[] { evidence.SteadyBefore, evidence.SteadyAfter }.OfType<CheckResult>());
        checks.Add(new(
            "customers were served within the objective",
            rtoSeconds <= targets.Rto.TotalSeconds,
            rtoSeconds is null ? "not served again" : Text($"{rtoSeconds:0.000} s of {targets.Rto.TotalSeconds:0} s")));
        checks.Add(new("everything was undone", evidence.RollbackError is null, evidence.RollbackError ?? Text($"{evidence.Injected.Count} steps")));
        checks.AddRange(evidence.Verification is { } verification
            ? Books(verification)
            : [new CheckResult(Survival, Held: false, evidence.VerificationError ?? "not verified")]);
        checks.AddRange(experiment.Expect.Select(expected => expected.Kind.Check(evidence, expected.Value)));
        return checks;
    }

    private static IEnumerable<CheckResult> Books(Verification found)
    {
        var (ledger, charges, accounts, fencing) = (found.Ledger, found.Charges, found.Accounts, found.Fencing);
        yield return new(
            Survival,
            ledger.Unexplained.Count == 0,
            Text($"{ledger.Acknowledged} acknowledged, {ledger.LostByReplication.Count} lost by replication, {ledger.Unexplained.Count} missing without explanation"));
        yield return new("every queued payment came to an end", ledger.Unfinished.Count == 0, Text($"{ledger.Unfinished.Count} unfinished"));
        yield return new("no payment was charged twice", charges.Duplicates == 0, Text($"{charges.Total} charges, {charges.Duplicates} duplicates"));
        yield return new("nothing was charged that nobody asked for", charges.UnknownKeys.Count == 0, Text($"{charges.UnknownKeys.Count} unknown keys{First(charges.UnknownKeys)}"));
        yield return new(
            "every acknowledged payment was charged once",
            charges.WrongKeys.Count == 0,
            Text($"{charges.KeysChecked} keys looked for, {charges.WrongKeys.Count} wrong{First(charges.WrongKeys)}"));
        yield return new("the accounts balance", accounts.Unbalanced.Count == 0, Text($"{accounts.Accounts} accounts, {accounts.Unbalanced.Count} do not{First(accounts.Unbalanced)}"));
        yield return new(
            "nothing was committed on a former writer",
            fencing.Violations.Count == 0,
            Text($"{fencing.RowsLookedAt} rows of former writers, {fencing.Violations.Count} asked for after the promotion{First(fencing.Violations)}"));
    }

    private static string First(IReadOnlyList<string> names) => names.Count == 0 ? "" : $", the first '{names[0]}'";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;
using GameDay.Checks;
using GameDay.Deployment;

namespace GameDay.Experiments.RegionFailover;

/// <summary>The hypothesis, part by part.</summary>
internal static class RegionFailoverChecks
{
    private const string Survival = "every acknowledged payment is on the survivor or named as lost by replication";

    public static IReadOnlyList<CheckResult> Of(Evidence evidence, int failedRequests, double? rtoSeconds)
    {
        var target = RegionalDeployment.RtoTarget.TotalSeconds;
        var unverified = evidence.VerificationError ?? "not verified";
        var checks = new List<CheckResult>
        {
            new("no request failed", failedRequests == 0, Text($"{failedRequests} of {evidence.Operations.Count} failed")),
            new(
                "writes were back within the objective",
                rtoSeconds <= target,
                rtoSeconds is null ? "the service recorded no success on the survivor" : Text($"{rtoSeconds:0.000} s of {target:0} s")),
        };
        if (evidence.Ledger is { } ledger)
        {
            checks.Add(new(
                Survival,
                ledger.Unexplained.Count == 0,
                Text($"{ledger.Acknowledged} acknowledged, {ledger.LostByReplication.Count} lost by replication, {ledger.Unexplained.Count} missing without explanation")));
            checks.Add(new("every queued payment came to an end", ledger.Unfinished.Count == 0, Text($"{ledger.Unfinished.Count} unfinished")));
        }
        else
        {
            checks.Add(new(Survival, Held: false, unverified));
        }

        if (evidence.Charges is { } charges)
        {
            checks.Add(new("no payment was charged twice", charges.Duplicates == 0, Text($"{charges.Total} charges, {charges.Duplicates} duplicates")));
            checks.Add(new(
                "every acknowledged payment was charged once",
                charges.WrongKeys.Count == 0,
                Text($"{charges.KeysChecked} keys asked for, {charges.WrongKeys.Count} wrong{First(charges.WrongKeys)}")));
        }
        else
        {
            checks.Add(new("no payment was charged twice", Held: false, unverified));
        }

        return checks;
    }

    private static string First(IReadOnlyList<string> keys) => keys.Count == 0 ? "" : $", the first '{keys[0]}'";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;
using GameDay.History;

namespace GameDay.Checks;

/// <summary>What the books and the history of the clients amount to together. Decided from these alone, now or years later.</summary>
internal sealed record Verification(LedgerFindings Ledger, ChargeFindings Charges, AccountFindings Accounts, FencingFindings Fencing)
{
    public const string Survival = "every acknowledged payment is in the ledger, or named as lost by replication";

    /// <summary>Something may still come to an end by itself.</summary>
    public bool IsUnfinished => Ledger.Pending > 0 || Ledger.Unfinished.Count > 0 || Ledger.Unexplained.Count > 0 || Accounts.Unbalanced.Count > 0;

    /// <summary>The invariants of every run.</summary>
    public IReadOnlyList<CheckResult> Checks =>
    [
        new(
            Survival,
            // A run in which nothing was promised shows nothing.
            Ledger.Acknowledged > 0 && Ledger.Unexplained.Count == 0,
            Text($"{Ledger.Acknowledged} acknowledged, {Ledger.LostByReplication.Count} lost by replication, {Ledger.Unexplained.Count} missing without explanation")),
        new("every queued payment came to an end", Ledger.Unfinished.Count == 0, Text($"{Ledger.Unfinished.Count} unfinished, {Ledger.Parked} parked")),
        new("no payment was charged twice", Charges.Duplicates == 0, Text($"{Charges.Total} charges, {Charges.Duplicates} duplicates")),
        new("nothing was charged that nobody asked for", Charges.UnknownKeys.Count == 0, Text($"{Charges.UnknownKeys.Count} unknown keys{First(Charges.UnknownKeys)}")),
        new(
            "every acknowledged payment was charged once, and none that was declined",
            Charges.WrongKeys.Count == 0,
            Text($"{Charges.KeysChecked} keys looked for, {Charges.WrongKeys.Count} wrong{First(Charges.WrongKeys)}")),
        new("the accounts balance", Accounts.Unbalanced.Count == 0, Text($"{Accounts.Accounts} accounts, {Accounts.Unbalanced.Count} do not{First(Accounts.Unbalanced)}")),
        new(
            "nothing was committed on a former writer",
            Fencing.Violations.Count == 0,
            Text($"{Fencing.RowsLookedAt} rows of former writers, {Fencing.Violations.Count} asked for after the promotion{First(Fencing.Violations)}")),
    ];

    public static Verification Of(IReadOnlyList<Operation> operations, Books books)
    {
        var ledger = books.Ledger.ToDictionary(row => row.Id, StringComparer.Ordinal);
        var findings = LedgerCheck.Compare(operations, ledger, books.Switches);
        return new Verification(
            findings,
            ChargeCheck.Compare(operations, books.Charges),
            AccountCheck.Compare(operations, books.Ledger, books.Charges, [.. findings.LostByReplication.Select(o => o.Key!)]),
            FencingCheck.Compare(operations, books.FormerWriters));
    }

    private static string First(IReadOnlyList<string> names) => names.Count == 0 ? "" : $", the first '{names[0]}'";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

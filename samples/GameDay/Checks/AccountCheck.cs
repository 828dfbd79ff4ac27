using System.Globalization;
using GameDay.History;

namespace GameDay.Checks;

/// <summary>
/// The bank test: money is neither made nor destroyed. For each account the ledger and the gateway must have the same sum. A payment
/// whose client got no answer may be in one book and not yet in the other, so its key is left out of both.
/// </summary>
internal static class AccountCheck
{
    public static AccountFindings Compare(
        IReadOnlyList<Operation> operations, IReadOnlyList<LedgerRow> ledger, IReadOnlyList<ChargeRow> charges, IReadOnlyCollection<string> excused)
    {
        var unknown = operations.Where(o => o is { Kind: OperationKind.Pay, Outcome: Outcome.Failed }).Select(o => o.Key!).ToHashSet(StringComparer.Ordinal);

        // What the ledger has as captured is known; only a charge may be without its row yet.
        unknown.ExceptWith(ledger.Where(row => row.IsCaptured).Select(row => row.Key));
        unknown.UnionWith(excused);
        var booked = Sums(ledger.Where(row => row.IsCaptured && !unknown.Contains(row.Key)).Select(row => (row.AccountId, row.AmountMinor)));
        var taken = Sums(charges.Where(charge => charge.IsCaptured && !unknown.Contains(charge.Key)).Select(charge => (charge.AccountId, charge.AmountMinor)));
        var accounts = booked.Keys.Union(taken.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var unbalanced = accounts
            .Where(account => booked.GetValueOrDefault(account) != taken.GetValueOrDefault(account))
            .Select(account => string.Create(
                CultureInfo.InvariantCulture,
                $"{account}: ledger {booked.GetValueOrDefault(account) / 100m:0.00}, gateway {taken.GetValueOrDefault(account) / 100m:0.00}"))
            .ToList();
        return new AccountFindings(accounts.Count, unbalanced);
    }

    private static Dictionary<string, long> Sums(IEnumerable<(string Account, long Amount)> amounts) =>
        amounts.GroupBy(part => part.Account, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Sum(part => part.Amount), StringComparer.Ordinal);
}

namespace GameDay.Checks;

/// <summary>Whether the money of each account is the same in all books.</summary>
/// <param name="Accounts">Accounts with payments.</param>
/// <param name="Unbalanced">Those whose captured sum in the ledger is not what the gateway took, with both sums.</param>
internal sealed record AccountFindings(int Accounts, IReadOnlyList<string> Unbalanced);

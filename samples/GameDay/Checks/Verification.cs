namespace GameDay.Checks;

/// <summary>What the ledger, the gateway's book and the history amount to together.</summary>
internal sealed record Verification(LedgerFindings Ledger, ChargeFindings Charges, AccountFindings Accounts, FencingFindings Fencing);

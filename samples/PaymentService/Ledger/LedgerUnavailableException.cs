namespace PaymentService.Ledger;

/// <summary>The ledger cannot be written or asked now. For the rules of degradation it is a failure of a dependency, as every I/O error.</summary>
internal sealed class LedgerUnavailableException(Exception cause) : IOException("The ledger is not available.", cause);

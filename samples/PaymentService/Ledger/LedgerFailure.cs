using System.Data.Common;

namespace PaymentService.Ledger;

internal static class LedgerFailure
{
    /// <summary>True for failures of the store, which a caller can wait out; false for mistakes in this program.</summary>
    public static bool Is(Exception exception) => exception is DbException or TimeoutException or LedgerUnavailableException;
}

using GameDay.History;

namespace GameDay.Checks;

internal static class LostPayments
{
    /// <summary>A reader who asked for a payment that went down with its region, and was told that there is none, was told the truth.</summary>
    public static IReadOnlyList<Operation> Excuse(IReadOnlyList<Operation> operations, IReadOnlyList<Operation> lost)
    {
        var ids = lost.Select(o => o.PaymentId!).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. operations.Select(o => o is { Kind: OperationKind.ReadPayment, Status: 404 } && ids.Contains(o.PaymentId!)
                ? o with { Outcome = Outcome.Degraded }
                : o),
        ];
    }
}

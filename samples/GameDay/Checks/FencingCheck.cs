using GameDay.History;

namespace GameDay.Checks;

/// <summary>
/// Nothing may be committed on a former writer. A row that it has and the ledger does not was committed there: before the promotion
/// that is the lost end of its log, which the ledger check judges; when its request was sent after the promotion, the fence failed.
/// </summary>
internal static class FencingCheck
{
    public static FencingFindings Compare(
        IReadOnlyList<Operation> operations, IReadOnlyList<LedgerRow> former, IReadOnlyDictionary<string, LedgerRow> ledger, TimeSpan? promotedAt)
    {
        var late = operations
            .Where(o => o.Kind == OperationKind.Pay && o.SentAt >= promotedAt)
            .Select(o => o.Key!)
            .ToHashSet(StringComparer.Ordinal);
        return new FencingFindings(
            former.Count,
            [.. former.Where(row => late.Contains(row.Key) && (!ledger.TryGetValue(row.Id, out var there) || (row.IsCaptured && !there.IsCaptured))).Select(row => row.Id).Order(StringComparer.Ordinal)]);
    }
}

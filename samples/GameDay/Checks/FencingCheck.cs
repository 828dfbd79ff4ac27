using GameDay.History;

namespace GameDay.Checks;

/// <summary>
/// Nothing may be committed on a former writer. It gets nothing from its successor before it is rebuilt, so a payment that it has and
/// that was asked for after the promotion was committed behind the fence, whether the ledger has it as well or not.
/// </summary>
internal static class FencingCheck
{
    public static FencingFindings Compare(IReadOnlyList<Operation> operations, IReadOnlyList<FormerWriter> formerWriters)
    {
        var sent = operations.Where(o => o.Kind == OperationKind.Pay).GroupBy(o => o.Key!, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Min(o => o.SentAt), StringComparer.Ordinal);
        return new FencingFindings(
            formerWriters.Sum(former => former.Rows.Count),
            [.. formerWriters
                .SelectMany(former => former.Rows.Where(row => sent.TryGetValue(row.Key, out var at) && at >= former.PromotedAt))
                .Select(row => row.Id)
                .Order(StringComparer.Ordinal)]);
    }
}

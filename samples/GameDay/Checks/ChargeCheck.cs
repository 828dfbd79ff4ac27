using GameDay.History;

namespace GameDay.Checks;

/// <summary>Compares the gateway's book with what was promised.</summary>
internal static class ChargeCheck
{
    public static ChargeFindings Compare(IReadOnlyList<Operation> operations, IReadOnlyList<ChargeRow> charges)
    {
        var byKey = charges.Where(charge => charge.IsCaptured).GroupBy(charge => charge.Key, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        var sent = operations.Where(o => o.Kind == OperationKind.Pay).Select(o => o.Key!).ToHashSet(StringComparer.Ordinal);
        var acknowledged = operations.Where(o => o.IsAcknowledged).Select(o => o.Key!).Distinct(StringComparer.Ordinal).ToList();
        var declined = charges.Where(charge => !charge.IsCaptured).Select(charge => charge.Key).ToHashSet(StringComparer.Ordinal);
        var wronglyDeclined = operations
            .Where(o => o is { Kind: OperationKind.Pay, Status: 402 } && (byKey.ContainsKey(o.Key!) || !declined.Contains(o.Key!)))
            .Select(o => o.Key!);
        return new ChargeFindings(
            byKey.Values.Sum(),
            byKey.Values.Sum(count => count - 1),
            acknowledged.Count,
            [.. acknowledged.Where(key => byKey.GetValueOrDefault(key) != 1).Concat(wronglyDeclined).Order(StringComparer.Ordinal)],
            [.. byKey.Keys.Where(key => !sent.Contains(key)).Order(StringComparer.Ordinal)]);
    }
}

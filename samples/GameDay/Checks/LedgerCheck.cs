using GameDay.Deployment;
using GameDay.History;

namespace GameDay.Checks;

/// <summary>Compares what was promised to the clients with what the survivor has.</summary>
/// <remarks>
/// Asynchronous replication loses the end of the log and nothing else. So a missing payment is explained only if the dead
/// region acknowledged it, and if nothing is on the survivor that the dead region wrote for a request sent after that
/// acknowledgement: the log of such a request would lie behind the missing one.
/// </remarks>
internal static class LedgerCheck
{
    // An acknowledgement may be under way while the next writer is seen to be one.
    private static readonly TimeSpan UnderWay = TimeSpan.FromSeconds(1);

    /// <summary>Compares each payment with the last survivor; what is missing may be excused only by the loss that could have taken it.</summary>
    public static LedgerFindings Compare(
        IReadOnlyList<Operation> operations, IReadOnlyDictionary<string, LedgerRow> survivor, IReadOnlyList<RegionLoss> switches)
    {
        // What a region acknowledged after its successor was promoted is behind the fence and excused by nothing.
        var findings = operations
            .GroupBy(o => switches.FirstOrDefault(loss => loss.Dead == o.Region && loss.PromotedAt + UnderWay >= o.EndedAt)?.PromotedAt)
            .Select(group => Compare([.. group], survivor, group.Key is null ? null : group.First().Region))
            .ToList();
        return new LedgerFindings(
            findings.Sum(f => f.Acknowledged),
            [.. findings.SelectMany(f => f.LostByReplication)],
            [.. findings.SelectMany(f => f.Unexplained)],
            [.. findings.SelectMany(f => f.Unfinished)],
            survivor.Values.Count(row => row.IsPending))
        {
            Parked = survivor.Values.Count(row => row.IsParked),
        };
    }

    /// <param name="operations">The history since the last failover.</param>
    /// <param name="survivor">The rows of the surviving region by payment id.</param>
    /// <param name="deadRegion">The region that was lost; null when none was, and then nothing may be missing.</param>
    public static LedgerFindings Compare(
        IReadOnlyList<Operation> operations, IReadOnlyDictionary<string, LedgerRow> survivor, string? deadRegion)
    {
        var acknowledged = operations.Where(o => o.IsAcknowledged).ToList();
        var missing = acknowledged.Where(o => !IsBooked(o)).ToList();
        var lastReplicated = acknowledged
            .Where(o => survivor.TryGetValue(o.PaymentId!, out var row) && row.IsCaptured && row.Region == deadRegion)
            .Select(o => o.SentAt)
            .DefaultIfEmpty(TimeSpan.MinValue)
            .Max();
        var (lost, unexplained) = (new List<Operation>(), new List<Operation>());
        foreach (var operation in missing)
        {
            (deadRegion is not null && operation.Region == deadRegion && operation.EndedAt >= lastReplicated ? lost : unexplained).Add(operation);
        }

        var unfinished = operations.Where(o => o.IsQueued && !(survivor.TryGetValue(o.PaymentId!, out var row) && !row.IsPending)).ToList();
        return new LedgerFindings(acknowledged.Count, lost, unexplained, unfinished, survivor.Values.Count(row => row.IsPending));

        // As the client asked for it: a row of another amount or account is not its payment.
        bool IsBooked(Operation o) =>
            survivor.TryGetValue(o.PaymentId!, out var row) && row.IsCaptured && row.Key == o.Key
            && (o.AccountId is null || (row.AccountId == o.AccountId && row.AmountMinor == (long)(o.Amount * 100)));
    }
}

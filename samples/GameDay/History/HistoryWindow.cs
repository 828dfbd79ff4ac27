namespace GameDay.History;

/// <summary>The operations of a part of the run, counted by outcome.</summary>
internal sealed record HistoryWindow(string Name, int Total, int Succeeded, int Degraded, int Failed, LatencySummary LatencyMs)
{
    public static HistoryWindow Of(string name, IEnumerable<Operation> operations)
    {
        var all = operations.ToList();
        return new HistoryWindow(
            name,
            all.Count,
            all.Count(o => o.Outcome == Outcome.Succeeded),
            all.Count(o => o.Outcome == Outcome.Degraded),
            all.Count(o => o.Outcome == Outcome.Failed),
            LatencySummary.Of(all));
    }

    /// <summary>Splits the run at the boundaries; null boundaries make the windows after them empty.</summary>
    /// <remarks>A request that was on its way when the fault came belongs to it: it waited for its end.</remarks>
    public static IReadOnlyList<HistoryWindow> Split(IReadOnlyList<Operation> operations, TimeSpan control, TimeSpan? fault, TimeSpan? recovered)
    {
        var faultAt = fault ?? TimeSpan.MaxValue;
        var recoveredAt = recovered ?? TimeSpan.MaxValue;
        return
        [
            Of("warm-up", operations.Where(o => o.IntendedAt < control && o.EndedAt < faultAt)),
            Of("control", operations.Where(o => o.IntendedAt >= control && o.EndedAt < faultAt)),
            Of("fault", operations.Where(o => o.EndedAt >= faultAt && o.IntendedAt < recoveredAt)),
            Of("after", operations.Where(o => o.IntendedAt >= recoveredAt)),
        ];
    }
}

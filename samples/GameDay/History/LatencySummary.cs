namespace GameDay.History;

/// <summary>Percentiles in milliseconds, nearest rank; null when nothing was measured.</summary>
internal sealed record LatencySummary(double? P50, double? P95, double? P99, double? Max)
{
    public static LatencySummary Of(IEnumerable<Operation> operations)
    {
        var sorted = operations.Select(o => o.Latency.TotalMilliseconds).Order().ToList();
        return new LatencySummary(At(0.50), At(0.95), At(0.99), At(1));

        double? At(double share) => sorted.Count == 0
            ? null
            : Math.Round(sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count) - 1, 0, sorted.Count - 1)], 2);
    }
}

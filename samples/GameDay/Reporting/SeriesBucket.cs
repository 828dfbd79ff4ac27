namespace GameDay.Reporting;

/// <summary>The requests that ended within one stretch of the run, and their latency in milliseconds, nearest rank.</summary>
/// <param name="AtSeconds">Where it begins, counted as the timeline counts; negative before the fault.</param>
/// <param name="P50Ms">Null when nothing ended here.</param>
/// <param name="P99Ms">Null when nothing ended here.</param>
internal sealed record SeriesBucket(double AtSeconds, int Succeeded, int Degraded, int Failed, double? P50Ms, double? P99Ms)
{
    public int Total() => Succeeded + Degraded + Failed;
}

namespace GameDay.Reporting.Trends;

/// <summary>A run in one line, to be compared with earlier and later ones.</summary>
/// <param name="RtoSeconds">Null when no recovery was recorded.</param>
/// <param name="AcknowledgedLost">What was acknowledged and is lost.</param>
internal sealed record TrendEntry(
    DateTimeOffset Time, string Experiment, Verdict Verdict, double? RtoSeconds, int AcknowledgedLost, double? P99Ms, int Failed, int Seed)
{
    public static TrendEntry Of(ExperimentReport report) => new(
        report.StartedAt,
        report.Experiment,
        report.Verdict,
        report.Rto.ActualSeconds,
        report.Rpo.AcknowledgedLost,
        report.LatencyMs.P99,
        report.Requests.Failed,
        report.Seed);
}

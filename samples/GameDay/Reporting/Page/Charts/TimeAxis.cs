namespace GameDay.Reporting.Page.Charts;

/// <summary>Seconds of the run on the width of a drawing.</summary>
internal sealed record TimeAxis(double From, double To)
{
    public const double Width = 1_000;
    public const double Left = 72;
    public const double Right = 988;

    private const int MostMarks = 12;

    public IEnumerable<double> Marks => NiceScale.Marks(From, To, NiceScale.Step(To - From, MostMarks));

    /// <summary>Everything that a report puts on the axis; null when it has nothing.</summary>
    public static TimeAxis? Of(ExperimentReport report)
    {
        var series = report.Series;
        double[] moments =
        [
            .. series.Buckets.SelectMany(b => new[] { b.AtSeconds, b.AtSeconds + series.BucketSeconds }),
            .. report.Timeline.Select(e => e.Seconds),
            .. report.Faults.SelectMany(f => new[] { f.FromSeconds, f.ToSeconds ?? f.FromSeconds }),
            .. report.Episodes.SelectMany(e => new[] { e.FromSeconds, e.ToSeconds ?? e.FromSeconds }),
        ];
        if (moments.Length == 0)
        {
            return null;
        }

        var (from, to) = (moments.Min(), moments.Max());
        return new TimeAxis(from, to > from ? to : from + 1);
    }

    public double X(double seconds) => Left + ((Math.Clamp(seconds, From, To) - From) / (To - From) * (Right - Left));
}

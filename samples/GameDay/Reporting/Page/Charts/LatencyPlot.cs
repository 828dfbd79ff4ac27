namespace GameDay.Reporting.Page.Charts;

/// <summary>Latency over time on a logarithmic scale: the median as a line, the 99th percentile dashed.</summary>
internal static class LatencyPlot
{
    public const double Height = 120;

    private const double LeastMs = 0.1;

    public static Html Draw(RequestSeries series, TimeAxis axis, double top)
    {
        var all = series.Buckets.SelectMany(b => new[] { b.P50Ms, b.P99Ms }).OfType<double>().Select(ms => Math.Max(LeastMs, ms)).ToList();
        var svg = new Html();
        if (all.Count == 0)
        {
            return svg;
        }

        var low = Math.Floor(Math.Log10(all.Min()));
        var high = Math.Max(low + 1, Math.Ceiling(Math.Log10(all.Max())));
        for (var power = low; power <= high; power++)
        {
            svg.Add($"<line class=\"grid\" x1=\"{TimeAxis.Left}\" y1=\"{Y(Math.Pow(10, power)):0.##}\" x2=\"{TimeAxis.Right}\" y2=\"{Y(Math.Pow(10, power)):0.##}\"/>");
            svg.Add($"<text class=\"axis\" x=\"{TimeAxis.Left - 8}\" y=\"{Y(Math.Pow(10, power)) + 4:0.##}\" text-anchor=\"end\">{Math.Pow(10, power):#,0.###}</text>\n");
        }

        Curve("p99", b => b.P99Ms);
        Curve("p50", b => b.P50Ms);
        return svg;

        double Y(double ms) => top + Height - ((Math.Log10(Math.Max(LeastMs, ms)) - low) / (high - low) * Height);

        void Curve(string kind, Func<SeriesBucket, double?> value)
        {
            var run = new List<(double X, double Y)>();
            foreach (var bucket in series.Buckets)
            {
                if (value(bucket) is { } ms)
                {
                    run.Add((axis.X(bucket.AtSeconds + (series.BucketSeconds / 2)), Y(ms)));
                }
                else
                {
                    svg.Add(Line(kind, run));
                    run.Clear();
                }
            }

            svg.Add(Line(kind, run));
        }
    }

    /// <summary>A stretch without a gap; where nothing was measured there is no line.</summary>
    private static Html Line(string kind, List<(double X, double Y)> points) => points switch
    {
        [] => new Html(),
        [var (x, y)] => Html.Of($"<circle class=\"{kind} dot\" cx=\"{x:0.##}\" cy=\"{y:0.##}\" r=\"2\"/>\n"),
        _ => Html.Of($"<polyline class=\"{kind}\" points=\"{Html.Join(points.Select(p => Html.Of($"{p.X:0.##},{p.Y:0.##} ")))}\"/>\n"),
    };
}

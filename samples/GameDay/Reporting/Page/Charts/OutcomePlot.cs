namespace GameDay.Reporting.Page.Charts;

/// <summary>Requests a second by outcome, stacked.</summary>
internal static class OutcomePlot
{
    public const double Height = 130;

    private const int MostMarks = 4;

    /// <summary>One failure among thousands must still be seen.</summary>
    private const double LeastHeight = 2.5;

    public static Html Draw(RequestSeries series, TimeAxis axis, double top)
    {
        var most = Math.Max(1, series.Buckets.Max(b => b.Total()) / series.BucketSeconds);
        var step = NiceScale.Step(most, MostMarks);
        var ceiling = Math.Ceiling(most / step) * step;
        var svg = new Html();
        foreach (var mark in NiceScale.Marks(0, ceiling, step))
        {
            var y = top + Height - (mark / ceiling * Height);
            svg.Add($"<line class=\"grid\" x1=\"{TimeAxis.Left}\" y1=\"{y:0.##}\" x2=\"{TimeAxis.Right}\" y2=\"{y:0.##}\"/>");
            svg.Add($"<text class=\"axis\" x=\"{TimeAxis.Left - 8}\" y=\"{y + 4:0.##}\" text-anchor=\"end\">{mark:#,0.###}</text>\n");
        }

        foreach (var bucket in series.Buckets.Where(b => b.Total() > 0))
        {
            svg.Add(Column(bucket, series.BucketSeconds, axis, top, Height / ceiling / series.BucketSeconds));
        }

        return svg;
    }

    private static Html Column(SeriesBucket bucket, double seconds, TimeAxis axis, double top, double scale)
    {
        var x = axis.X(bucket.AtSeconds);
        var width = Math.Max(0.5, axis.X(bucket.AtSeconds + seconds) - x - 0.5);
        var y = top + Height;
        var svg = Html.Of($"<g><title>{Figures.Moment(bucket.AtSeconds)} s: {bucket.Succeeded} succeeded, {bucket.Degraded} degraded, {bucket.Failed} failed</title>");
        foreach (var (kind, count) in new[] { ("ok", bucket.Succeeded), ("degraded", bucket.Degraded), ("failed", bucket.Failed) })
        {
            if (count == 0)
            {
                continue;
            }

            var height = Math.Max(LeastHeight, count * scale);
            y -= height;
            svg.Add($"<rect class=\"{kind}\" x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\"/>");
        }

        svg.Add($"</g>\n");
        return svg;
    }
}

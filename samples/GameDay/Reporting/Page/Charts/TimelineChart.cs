namespace GameDay.Reporting.Page.Charts;

/// <summary>The run as one drawing: what happened, what was done to it, what requests came of it and how long they took.</summary>
internal static class TimelineChart
{
    public const int MostMarkers = 200;

    private const double LaneHeight = 15;
    private const double TitleHeight = 20;
    private const double Space = 14;
    private const double AxisHeight = 40;

    public static Html? Draw(ExperimentReport report)
    {
        if (TimeAxis.Of(report) is not { } axis)
        {
            return null;
        }

        var labels = MarkerLabels.Place([.. report.Timeline.Take(MostMarkers).Select((e, i) => (axis.X(e.Seconds), $"{i + 1} {e.Event}"))]);
        var top = ((labels.Max(l => l.Lane) ?? -1) + 1) * LaneHeight;
        var (bands, bottom) = new BandRows(report, axis).Draw(top + Space);
        var plots = new Html();
        if (report.Series.Buckets.Count > 0)
        {
            plots.Add(Title("requests per second: solid succeeded, striped degraded, crossed failed", bottom));
            plots.Add(OutcomePlot.Draw(report.Series, axis, bottom + TitleHeight));
            bottom += TitleHeight + OutcomePlot.Height + Space;
            plots.Add(Title("latency in ms, logarithmic: line p50, dashes p99", bottom));
            plots.Add(LatencyPlot.Draw(report.Series, axis, bottom + TitleHeight));
            bottom += TitleHeight + LatencyPlot.Height;
        }

        var height = bottom + AxisHeight;
        var svg = Html.Of($"<svg class=\"chart\" viewBox=\"0 0 {TimeAxis.Width} {height:0.##}\" role=\"img\" aria-labelledby=\"timeline-title timeline-desc\">\n");
        svg.Add($"<title id=\"timeline-title\">Timeline of {report.Experiment}</title>\n<desc id=\"timeline-desc\">{Describe(report, axis)}</desc>\n");
        svg.Add(Patterns.Definitions);
        svg.Add(FaultGround(report, axis, top, bottom));
        svg.Add(Axis(axis, bottom));
        svg.Add(plots);
        svg.Add(bands);
        svg.Add(Markers(labels, top, bottom));
        svg.Add($"</svg>\n");
        return svg;
    }

    private static string Describe(ExperimentReport report, TimeAxis axis) =>
        FormattableString.Invariant($"From {axis.From:0.0} to {axis.To:0.0} seconds around the fault: {report.Requests.Succeeded} requests succeeded, {report.Requests.Degraded} were degraded, {report.Requests.Failed} failed. {report.Faults.Count} faults, {report.Episodes.Count} episodes and {report.Timeline.Count} entries of the timeline; all of it is in the tables below.");

    private static Html Title(string text, double y) => Html.Of($"<text class=\"plot-title\" x=\"{TimeAxis.Left}\" y=\"{y + 13:0.##}\">{text}</text>\n");

    private static Html FaultGround(ExperimentReport report, TimeAxis axis, double top, double bottom) => Html.Join(report.Faults.Select(f =>
    {
        var x = axis.X(f.FromSeconds);
        return Html.Of($"<rect class=\"fault-ground\" x=\"{x:0.##}\" y=\"{top:0.##}\" width=\"{Math.Max(1, axis.X(f.ToSeconds ?? axis.To) - x):0.##}\" height=\"{bottom - top:0.##}\"/>\n");
    }));

    private static Html Axis(TimeAxis axis, double bottom)
    {
        var svg = Html.Of($"<line class=\"frame\" x1=\"{TimeAxis.Left}\" y1=\"{bottom:0.##}\" x2=\"{TimeAxis.Right}\" y2=\"{bottom:0.##}\"/>\n");
        foreach (var mark in axis.Marks)
        {
            svg.Add($"<line class=\"frame\" x1=\"{axis.X(mark):0.##}\" y1=\"{bottom:0.##}\" x2=\"{axis.X(mark):0.##}\" y2=\"{bottom + 5:0.##}\"/>");
            svg.Add($"<text class=\"axis\" x=\"{axis.X(mark):0.##}\" y=\"{bottom + 18:0.##}\" text-anchor=\"middle\">{mark:0.###}</text>\n");
        }

        svg.Add($"<text class=\"axis\" x=\"{(TimeAxis.Left + TimeAxis.Right) / 2:0.##}\" y=\"{bottom + 34:0.##}\" text-anchor=\"middle\">seconds since the fault</text>\n");
        return svg;
    }

    private static Html Markers(IReadOnlyList<MarkerLabels.Placed> labels, double top, double bottom)
    {
        var lines = new Html();
        var texts = new Html();
        foreach (var label in labels)
        {
            var y = top - ((label.Lane ?? 0) * LaneHeight);
            var from = label.Lane is null ? top : y - 10;
            lines.Add($"<line class=\"marker\" x1=\"{label.X:0.##}\" y1=\"{from:0.##}\" x2=\"{label.X:0.##}\" y2=\"{bottom:0.##}\"/>");
            if (label.Lane is not null)
            {
                texts.Add($"<text class=\"halo\" x=\"{label.X + (label.Flipped ? -4 : 4):0.##}\" y=\"{y:0.##}\" text-anchor=\"{(label.Flipped ? "end" : "start")}\">{label.Text}</text>\n");
            }
        }

        lines.Add(texts);
        return lines;
    }
}

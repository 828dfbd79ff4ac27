using GameDay.Reporting.Trends;

namespace GameDay.Reporting.Page.Charts;

/// <summary>Recovery time, latency and verdict of the runs, one below the other, oldest to the left.</summary>
internal static class TrendChart
{
    private const double Height = 80;
    private const double Top = 24;
    private const double Block = Height + 40;
    private const double VerdictsAt = (2 * Block) + 20;
    private const double Whole = VerdictsAt + 56;
    private const int MostDates = 5;
    private const int MostMarks = 3;

    public static Html Draw(IReadOnlyList<TrendEntry> runs, double rtoTarget)
    {
        var svg = Html.Of($"<svg class=\"chart\" viewBox=\"0 0 {TimeAxis.Width} {Whole}\" role=\"img\" aria-labelledby=\"trend-title trend-desc\">\n");
        svg.Add($"<title id=\"trend-title\">The last {runs.Count} runs</title>\n<desc id=\"trend-desc\">{runs.Count(r => r.Verdict == Verdict.Passed)} of {runs.Count} passed. The table below has every run.</desc>\n");
        svg.Add(Panel("recovery time in s", runs, r => r.RtoSeconds, Top, rtoTarget));
        svg.Add(Panel("latency p99 in ms", runs, r => r.P99Ms, Top + Block, null));
        svg.Add($"<text class=\"axis\" x=\"{TimeAxis.Left - 8}\" y=\"{VerdictsAt + 4}\" text-anchor=\"end\">verdict</text>\n");
        var every = (int)Math.Ceiling(runs.Count / (double)MostDates);
        for (var i = 0; i < runs.Count; i++)
        {
            var (x, verdict) = (X(i, runs.Count), runs[i].Verdict);
            svg.Add($"<g><title>{Figures.Utc(runs[i].Time)}: {Words.Of(verdict)}</title><rect class=\"{Fill(verdict)}\" x=\"{x - 7:0.##}\" y=\"{VerdictsAt - 9}\" width=\"14\" height=\"18\"/>");
            svg.Add($"<text class=\"halo\" x=\"{x:0.##}\" y=\"{VerdictsAt + 4}\" text-anchor=\"middle\">{Words.Of(verdict)[..1].ToUpperInvariant()}</text></g>\n");
            if (i % every == 0)
            {
                svg.Add($"<text class=\"axis\" x=\"{x:0.##}\" y=\"{VerdictsAt + 30}\" text-anchor=\"middle\">{runs[i].Time.ToUniversalTime():yyyy-MM-dd}</text>");
            }
        }

        svg.Add($"</svg>\n");
        return svg;
    }

    private static Html Panel(string title, IReadOnlyList<TrendEntry> runs, Func<TrendEntry, double?> value, double top, double? target)
    {
        var most = runs.Max(value) ?? 0;

        // An objective far above everything would press the curve flat.
        var showTarget = target <= 3 * most ? target : null;
        most = Math.Max(most, showTarget ?? 0);
        var step = NiceScale.Step(most, MostMarks);
        var ceiling = Math.Max(step, Math.Ceiling(most / step) * step);
        var note = target is null || showTarget is not null ? "" : $" (objective {Figures.Seconds(target)}, above the drawing)";
        var svg = Html.Of($"<text class=\"plot-title\" x=\"{TimeAxis.Left}\" y=\"{top - 8}\">{title}{note}</text>");
        foreach (var mark in NiceScale.Marks(0, ceiling, step))
        {
            svg.Add($"<line class=\"grid\" x1=\"{TimeAxis.Left}\" y1=\"{Y(mark):0.##}\" x2=\"{TimeAxis.Right}\" y2=\"{Y(mark):0.##}\"/>");
            svg.Add($"<text class=\"axis\" x=\"{TimeAxis.Left - 8}\" y=\"{Y(mark) + 4:0.##}\" text-anchor=\"end\">{mark:#,0.###}</text>\n");
        }

        if (showTarget is { } shown)
        {
            svg.Add($"<line class=\"target\" x1=\"{TimeAxis.Left}\" y1=\"{Y(shown):0.##}\" x2=\"{TimeAxis.Right}\" y2=\"{Y(shown):0.##}\"/>");
        }

        (double X, double Y)? before = null;
        for (var i = 0; i < runs.Count; i++)
        {
            (double X, double Y)? point = value(runs[i]) is { } known ? (X(i, runs.Count), Y(known)) : null;
            if (point is var (x, y))
            {
                svg.Add($"<circle class=\"p50 dot\" cx=\"{x:0.##}\" cy=\"{y:0.##}\" r=\"3\"/>");
                svg.Add(before is var (x0, y0) ? Html.Of($"<line class=\"p50\" x1=\"{x0:0.##}\" y1=\"{y0:0.##}\" x2=\"{x:0.##}\" y2=\"{y:0.##}\"/>\n") : new Html());
            }

            before = point;
        }

        return svg;

        double Y(double v) => top + Height - (v / ceiling * Height);
    }

    private static string Fill(Verdict verdict) => verdict switch
    {
        Verdict.Passed => "ok",
        Verdict.Inconclusive => "degraded",
        _ => "failed",
    };

    private static double X(int run, int runs) =>
        TimeAxis.Left + 40 + (runs == 1 ? 0 : run / (runs - 1d) * (TimeAxis.Right - TimeAxis.Left - 80));
}

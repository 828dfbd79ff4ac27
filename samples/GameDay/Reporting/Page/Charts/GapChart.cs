namespace GameDay.Reporting.Page.Charts;

/// <summary>Where the recovery time went, and how it compares with the objective.</summary>
internal static class GapChart
{
    private const double Width = 1_000;
    private const double Left = 90;
    private const double Room = Width - Left - 12;

    public static Html Draw(ObjectiveResult rto, double actual)
    {
        var svg = Html.Of($"<svg class=\"chart\" viewBox=\"0 0 {Width} 118\" role=\"img\" aria-labelledby=\"gap-title gap-desc\">\n");
        svg.Add($"<title id=\"gap-title\">The recovery time by phase</title>\n<desc id=\"gap-desc\">{rto.Explanation} The table below has every phase.</desc>\n");
        svg.Add($"<text class=\"axis\" x=\"{Left - 8}\" y=\"25\" text-anchor=\"end\">by phase</text>");
        var x = Left;
        var scale = actual > 0 ? Room / actual : 0;
        foreach (var phase in rto.Phases.Where(p => p.Seconds > 0))
        {
            svg.Add(PhaseBar.Segment(phase.Phase, x, 6, Math.Min(phase.Seconds * scale, Left + Room - x), 30));
            x = Math.Min(Left + Room, x + (phase.Seconds * scale));
        }

        svg.Add($"<rect class=\"outline\" x=\"{Left}\" y=\"6\" width=\"{Room:0.##}\" height=\"30\"/>\n");
        svg.Add(Comparison(rto, actual));
        svg.Add($"</svg>\n");
        return svg;
    }

    private static Html Comparison(ObjectiveResult rto, double actual)
    {
        var all = Math.Max(rto.TargetSeconds, actual);
        var scale = all > 0 ? Room / all : 0;
        var target = Left + (rto.TargetSeconds * scale);
        var late = target > Left + (Room / 2);
        var svg = Html.Of($"<text class=\"axis\" x=\"{Left - 8}\" y=\"73\" text-anchor=\"end\">to scale</text>");
        svg.Add($"<rect class=\"{(rto.Met == true ? "ok" : "failed")}\" x=\"{Left}\" y=\"60\" width=\"{Math.Max(2, actual * scale):0.##}\" height=\"18\"/>");
        svg.Add($"<line class=\"frame\" x1=\"{Left}\" y1=\"78\" x2=\"{Left + Room:0.##}\" y2=\"78\"/>");
        svg.Add($"<line class=\"target\" x1=\"{target:0.##}\" y1=\"52\" x2=\"{target:0.##}\" y2=\"86\"/>");
        svg.Add($"<text class=\"halo\" x=\"{target + (late ? -5 : 5):0.##}\" y=\"102\" text-anchor=\"{(late ? "end" : "start")}\">objective {Figures.Seconds(rto.TargetSeconds)}</text>");
        var end = Left + (actual * scale);
        var endLate = end > Left + (Room / 2);
        svg.Add($"<text class=\"halo\" x=\"{end + (endLate ? -5 : 5):0.##}\" y=\"54\" text-anchor=\"{(endLate ? "end" : "start")}\">measured {Figures.Seconds(actual)}</text>\n");
        return svg;
    }
}

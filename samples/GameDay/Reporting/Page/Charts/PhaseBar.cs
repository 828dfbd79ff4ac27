namespace GameDay.Reporting.Page.Charts;

/// <summary>A phase of the recovery as part of a bar: a pattern of its own, and its name or letter where there is room.</summary>
internal static class PhaseBar
{
    private const double RoomForLetter = 13;

    /// <summary>What stands for the phase where its name does not fit.</summary>
    public static string LetterOf(string phase) => phase.Length == 0 ? "?" : phase[..1].ToUpperInvariant();

    public static Html Segment(string phase, double x, double y, double width, double height)
    {
        var svg = Html.Of($"<rect class=\"phase phase-{StyleOf(phase)}\" x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\"/>");
        var text = width >= Lettering.WidthOf(phase) + 6 ? phase : width >= RoomForLetter ? LetterOf(phase) : "";
        if (text.Length > 0)
        {
            svg.Add($"<text class=\"halo inside\" x=\"{x + (width / 2):0.##}\" y=\"{y + (height / 2) + 4:0.##}\" text-anchor=\"middle\">{text}</text>\n");
        }

        return svg;
    }

    /// <summary>A name becomes part of a class only if the style sheet knows it.</summary>
    private static string StyleOf(string phase) =>
        phase is "detection" or "validation" or "decision" or "switch" or "firstSuccess" ? phase : "other";
}

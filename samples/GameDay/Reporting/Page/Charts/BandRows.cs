namespace GameDay.Reporting.Page.Charts;

/// <summary>Faults, phases of the recovery and episodes as bars above the curves.</summary>
internal sealed class BandRows(ExperimentReport report, TimeAxis axis)
{
    private const double RowHeight = 18;
    private const double BarHeight = 14;
    private const double SpaceAfter = 6;

    private readonly Html _svg = new();
    private double _y;

    /// <param name="top">Where the first row begins.</param>
    /// <returns>The drawing and where the last row ends.</returns>
    public (Html Svg, double Bottom) Draw(double top)
    {
        _y = top;
        Rows("faults", "fault", report.Faults.Select(f => new BandLanes.Band(f.FromSeconds, f.ToSeconds, $"{f.Action} {f.Target}")));
        Phases();
        Rows("episodes", "episode", report.Episodes.Select(e => new BandLanes.Band(e.FromSeconds, e.ToSeconds, $"{e.Subject}: {e.Text}")));
        return (_svg, _y);
    }

    private void Rows(string name, string kind, IEnumerable<BandLanes.Band> bands)
    {
        var placed = BandLanes.Place(bands, axis);
        if (placed.Count == 0)
        {
            return;
        }

        Name(name);
        foreach (var band in placed)
        {
            var y = _y + (band.Lane * RowHeight);
            _svg.Add($"<rect class=\"{kind}\" x=\"{band.X:0.##}\" y=\"{y:0.##}\" width=\"{Math.Max(2, band.Right - band.X):0.##}\" height=\"{BarHeight}\"/>");
            var (x, anchor) = band.Side switch
            {
                BandLanes.Side.Inside => (band.X + 4, "start"),
                BandLanes.Side.Right => (band.Right + 4, "start"),
                _ => (band.X - 4, "end"),
            };
            _svg.Add($"<text class=\"halo{(band.Side == BandLanes.Side.Inside ? " inside" : "")}\" x=\"{x:0.##}\" y=\"{y + 11:0.##}\" text-anchor=\"{anchor}\">{band.Text}</text>\n");
        }

        _y += ((placed.Max(b => b.Lane) + 1) * RowHeight) + SpaceAfter;
    }

    private void Phases()
    {
        if (report.Rto is not { Phases: { } phases, ActualSeconds: { } actual })
        {
            return;
        }

        Name("recovery");
        var from = 0d;
        foreach (var (name, seconds) in phases.InOrder)
        {
            var (x, right) = (axis.X(from), axis.X(from + seconds));
            _svg.Add(PhaseBar.Segment(name, x, _y, right - x, BarHeight));
            from += seconds;
        }

        // A long recovery ends at the edge of the drawing; then there is room for less, or for nothing.
        var after = axis.X(actual) + 6;
        string[] labels = [$"{Figures.Seconds(actual)} to the first success", Figures.Seconds(actual)];
        if (labels.FirstOrDefault(l => after + Lettering.WidthOf(l) <= TimeAxis.Width) is { } label)
        {
            _svg.Add($"<text class=\"halo\" x=\"{after:0.##}\" y=\"{_y + 11:0.##}\">{label}</text>\n");
        }

        _y += RowHeight + SpaceAfter;
    }

    private void Name(string name) =>
        _svg.Add($"<text class=\"axis\" x=\"{TimeAxis.Left - 8}\" y=\"{_y + 11:0.##}\" text-anchor=\"end\">{name}</text>");
}

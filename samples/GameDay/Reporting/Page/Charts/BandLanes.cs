namespace GameDay.Reporting.Page.Charts;

/// <summary>Puts stretches of time and their labels on as few lanes as they need.</summary>
internal static class BandLanes
{
    public const int MostLanes = 8;

    private const int MostLetters = 60;
    private const double Gap = 8;

    /// <returns>Those that found room, in order of their beginning.</returns>
    public static IReadOnlyList<Placed> Place(IEnumerable<Band> bands, TimeAxis axis)
    {
        var placed = new List<Placed>();
        var ends = new List<double>();
        foreach (var band in bands.OrderBy(b => b.From).ThenBy(b => b.To))
        {
            var (x, right) = (axis.X(band.From), axis.X(band.To ?? axis.To));
            var text = Figures.Shorten(band.Text, MostLetters);
            var need = Lettering.WidthOf(text) + Gap;
            var (side, from, to) = right - x >= need ? (Side.Inside, x, right)
                : right + need <= TimeAxis.Width ? (Side.Right, x, right + need)
                : (Side.Left, x - need, right);
            var lane = ends.FindIndex(end => end <= from);
            if (lane < 0)
            {
                lane = ends.Count;
                ends.Add(0);
            }

            if (lane < MostLanes)
            {
                placed.Add(new Placed(x, right, text, side, lane));
            }

            ends[lane] = to;
        }

        return placed;
    }

    internal readonly record struct Band(double From, double? To, string Text);

    internal readonly record struct Placed(double X, double Right, string Text, Side Side, int Lane);

    /// <summary>Where the label of a band stands.</summary>
    internal enum Side
    {
        Inside,
        Right,
        Left,
    }
}

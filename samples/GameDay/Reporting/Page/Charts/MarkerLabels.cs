namespace GameDay.Reporting.Page.Charts;

/// <summary>Puts the labels of moments on lanes so that none lies on another, nor on the line of a later moment.</summary>
internal static class MarkerLabels
{
    public const int MostLanes = 14;

    private const int MostLetters = 46;
    private const double Gap = 8;

    /// <summary>
    /// From the last moment to the first: each label goes one lane above all that begin before it ends. So lines fall to the left
    /// of the labels below them.
    /// </summary>
    /// <param name="moments">In order of their position.</param>
    /// <returns>In the same order; a lane of null for those that found no room.</returns>
    public static IReadOnlyList<Placed> Place(IReadOnlyList<(double X, string Text)> moments)
    {
        var placed = new Placed[moments.Count];
        for (var i = moments.Count - 1; i >= 0; i--)
        {
            var (x, full) = moments[i];
            var text = Figures.Shorten(full, MostLetters);
            var width = Lettering.WidthOf(text);
            var flipped = x + width + Gap > TimeAxis.Width;
            var (from, to) = flipped ? (x - width - Gap, x) : (x, x + width + Gap);
            var lane = placed[(i + 1)..].Where(p => p.Lane is not null && ((p.From < to && p.To > from) || (p.X >= from && p.X < to)))
                .Max(p => p.Lane + 1) ?? 0;
            placed[i] = new Placed(x, text, flipped, from, to, lane < MostLanes ? lane : null);
        }

        return placed;
    }

    /// <param name="Flipped">It stands to the left of its line, because there is no room to the right.</param>
    internal readonly record struct Placed(double X, string Text, bool Flipped, double From, double To, int? Lane);
}

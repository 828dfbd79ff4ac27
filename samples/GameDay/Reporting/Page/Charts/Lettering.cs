namespace GameDay.Reporting.Page.Charts;

/// <summary>How much room a text takes. Nobody knows the reader's font, so it is a little more than most need.</summary>
internal static class Lettering
{
    private const double LetterWidth = 7;

    public static double WidthOf(string text) => text.EnumerateRunes().Sum(r => r.Value < 0x1100 ? LetterWidth : 2 * LetterWidth);
}

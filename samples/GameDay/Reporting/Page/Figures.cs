using System.Globalization;

namespace GameDay.Reporting.Page;

/// <summary>Numbers as the page shows them.</summary>
internal static class Figures
{
    /// <summary>What stands for a figure that nobody has.</summary>
    public const string None = "–";

    private const string Minus = "−";

    /// <summary>"1.337 s" for people who compare phases; "15 min" and "72 h" for objectives.</summary>
    public static string Seconds(double? seconds) => seconds switch
    {
        null => None,
        { } s when Math.Abs(s) >= 7_200 && s % 3_600 == 0 => Text($"{s / 3_600:0} h"),
        { } s when Math.Abs(s) >= 120 && s % 60 == 0 => Text($"{s / 60:0} min"),
        { } s when s == Math.Floor(s) => Text($"{s:0} s"),
        { } s => Text($"{s:0.000} s"),
    };

    /// <summary>A moment: "+1.337 s" after the fault, "−4 s" before it.</summary>
    public static string Moment(double seconds) => Text($"{(seconds < 0 ? Minus : "+")}{Math.Abs(seconds):0.000}");

    public static string Milliseconds(double? ms) => ms is { } value ? value.ToString(value < 100 ? "0.0" : "#,0", CultureInfo.InvariantCulture) : None;

    public static string Count(int count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Amount(string currency, decimal? amount) =>
        amount is { } known ? currency + known.ToString("#,0.00", CultureInfo.InvariantCulture) : None;

    public static string Percent(double share) => Text($"{share * 100:0.0} %");

    public static string Utc(DateTimeOffset moment) => moment.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>Cut where a reader sees a letter end, so that no half of one is left.</summary>
    public static string Shorten(string text, int most)
    {
        var info = new StringInfo(text);
        return info.LengthInTextElements <= most ? text : info.SubstringByTextElements(0, most - 1) + "…";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

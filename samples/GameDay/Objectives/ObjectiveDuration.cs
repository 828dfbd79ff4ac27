using System.Globalization;

namespace GameDay.Objectives;

/// <summary>Durations as an analysis writes them: <c>0s</c>, <c>15m</c>, <c>1h</c>, <c>72h</c>, <c>2d</c>.</summary>
internal static class ObjectiveDuration
{
    public const string Allowed = "a number with its unit s, m, h or d, up to 365d, for instance 15m";

    private static readonly TimeSpan Max = TimeSpan.FromDays(365);

    public static TimeSpan? TryParse(string text)
    {
        double? unit = text.Length == 0 ? null : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3_600, 'd' => 86_400, _ => null };
        return unit is { } seconds
            && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number * seconds <= Max.TotalSeconds
                ? TimeSpan.FromSeconds(number * seconds)
                : null;
    }
}

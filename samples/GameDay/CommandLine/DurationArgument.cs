using System.CommandLine.Parsing;
using System.Globalization;

namespace GameDay.CommandLine;

/// <summary>Durations as people type them: 6, 6s, 500ms, 2m or 00:00:06.</summary>
internal static class DurationArgument
{
    private static readonly TimeSpan Min = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Max = TimeSpan.FromHours(1);

    public static TimeSpan Parse(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (TryParse(text, out var duration) && duration >= Min && duration <= Max)
        {
            return duration;
        }

        result.AddError($"'{text}' is not a duration between 0.5 s and 1 h; write it as 6, 6s, 500ms, 2m or 00:00:06.");
        return TimeSpan.Zero;
    }

    internal static bool TryParse(string text, out TimeSpan duration)
    {
        if (text.Contains(':', StringComparison.Ordinal))
        {
            // Anything shorter would be read as hours and minutes.
            return TimeSpan.TryParseExact(text, @"hh\:mm\:ss", CultureInfo.InvariantCulture, out duration);
        }

        var (number, seconds) = text switch
        {
            _ when text.EndsWith("ms", StringComparison.Ordinal) => (text[..^2], 0.001),
            _ when text.EndsWith('s') => (text[..^1], 1d),
            _ when text.EndsWith('m') => (text[..^1], 60d),
            _ => (text, 1d),
        };
        var isNumber = double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            && value * seconds <= Max.TotalSeconds;
        duration = isNumber ? TimeSpan.FromSeconds(value * seconds) : TimeSpan.Zero;
        return isNumber;
    }
}

using System.Globalization;

namespace Resilience.Pipelines.Retry;

/// <summary>Reads the value of <c>Retry-After</c> (RFC 9110, section 10.2.3): seconds, or a date in any of HTTP's three forms.</summary>
internal static class RetryAfterHeader
{
    /// <summary>The longest pause that is told apart, a year; who asks for more gets this, which no caller waits either.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    // IMF-fixdate, the form that is sent today, and the obsolete ones of RFC 850 and asctime that a recipient must accept.
    private static readonly string[] Dates = ["ddd, dd MMM yyyy HH:mm:ss 'GMT'", "dddd, dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy"];

    /// <summary>The pause asked for: zero for a date that has passed, null when there is none or it cannot be read.</summary>
    /// <param name="value">The field's value; null when the answer has none.</param>
    /// <param name="time">The wall clock, against which dates are meant.</param>
    public static TimeSpan? Read(string? value, TimeProvider time)
    {
        var text = value.AsSpan().Trim(" \t");
        if (text.IsEmpty)
        {
            return null;
        }

        return text.ContainsAnyExceptInRange('0', '9') ? UntilDate(text, time) : Seconds(text);
    }

    private static TimeSpan Seconds(ReadOnlySpan<char> digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < Longest.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : Longest;

    private static TimeSpan? UntilDate(ReadOnlySpan<char> text, TimeProvider time)
    {
        // Asctime pads the day with a blank, hence the inner white space.
        const DateTimeStyles Style = DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowInnerWhite;
        if (!DateTimeOffset.TryParseExact(text, Dates, CultureInfo.InvariantCulture, Style, out var date))
        {
            return null;
        }

        var pause = date - time.GetUtcNow();
        return pause <= TimeSpan.Zero ? TimeSpan.Zero : pause > Longest ? Longest : pause;
    }
}

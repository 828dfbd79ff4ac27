using System.Globalization;

namespace Resilience.Pipelines.Timeouts;

/// <summary>Writes and reads the value of <see cref="CallDeadline.HeaderName"/>.</summary>
/// <remarks>
/// A value above a day, or one that is not a whole number, is ignored: the mistake of a caller must not take down a service
/// that would answer in time. Zero and negative values are a deadline that has passed, however far: work on them is for
/// nobody, so the call is refused.
/// </remarks>
internal static class DeadlineHeader
{
    public static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    // Enough for a day in milliseconds with a few leading zeros; more is no honest number.
    private const int MostDigits = 12;

    /// <summary>The value to send; null when the deadline has passed and the call must not be made.</summary>
    public static string? Write(TimeSpan remaining)
    {
        // Rounded down: nobody is promised time that is not there.
        var milliseconds = Math.Min(remaining.Ticks, Longest.Ticks) / TimeSpan.TicksPerMillisecond;
        return milliseconds > 0 ? milliseconds.ToString(CultureInfo.InvariantCulture) : null;
    }

    /// <summary>The time left: zero when the call is to be refused, null when no deadline was sent or it is ignored.</summary>
    public static TimeSpan? Read(string? value)
    {
        var text = value.AsSpan().Trim(" \t");
        var negative = text.StartsWith("-");
        var digits = negative ? text[1..] : text;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
        {
            return null;
        }

        if (negative)
        {
            return TimeSpan.Zero;
        }

        if (digits.Length > MostDigits)
        {
            return null;
        }

        var milliseconds = long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        return milliseconds > (long)Longest.TotalMilliseconds ? null : TimeSpan.FromMilliseconds(milliseconds);
    }
}

using System.Globalization;

namespace Resilience.Sdk.Tests.Configuration.Schema;

/// <summary>Values as the configuration writes them.</summary>
internal static class Text
{
    public static string Of(object value) => value switch
    {
        TimeSpan duration => OfDuration(duration),
        bool truth => truth ? "true" : "false",
        double number => number.ToString("0.#########", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string OfDuration(TimeSpan duration)
    {
        var text = duration.ToString("c", CultureInfo.InvariantCulture);
        return duration.Ticks % TimeSpan.TicksPerSecond == 0 ? text : text.TrimEnd('0');
    }
}

using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;

namespace Resilience.ChaosTests.Deployment.Schemas;

/// <summary>How the tools write times. A fault lasts ten minutes at most, so that one that is forgotten ends.</summary>
internal static partial class Durations
{
    public static readonly TimeSpan Most = TimeSpan.FromMinutes(10);

    /// <summary>As Go has them, "1m30s": of Chaos Mesh, Litmus and Istio.</summary>
    public static readonly Shape Go = Shape.Checked(text => Bounded(ParseGo(text)));

    /// <summary>The same, which may be negative: an offset.</summary>
    public static readonly Shape Offset = Shape.Checked(text => Bounded(ParseGo(text.TrimStart('-'))));

    /// <summary>As ISO 8601 has them, "PT5M": of AWS FIS, which takes a minute at least.</summary>
    public static readonly Shape Iso = Shape.Checked(text => Iso8601().IsMatch(text) ? Bounded(XmlConvert.ToTimeSpan(text), TimeSpan.FromMinutes(1)) : "is not a duration such as PT5M");

    /// <summary>Seconds as text: of Litmus' faults and of Gremlin.</summary>
    public static string? Seconds(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? Bounded(TimeSpan.FromSeconds(seconds)) : "is not a number of seconds";

    private static string? Bounded(TimeSpan? value, TimeSpan least = default) => value switch
    {
        null => "is not a duration such as 300s or 5m",
        { } time when time > Most => $"is longer than {Most}",
        { } time when time <= TimeSpan.Zero || time < least => "is too short",
        _ => null,
    };

    private static TimeSpan? ParseGo(string text)
    {
        if (!GoDuration().IsMatch(text))
        {
            return null;
        }

        var milliseconds = GoPart().Matches(text).Sum(part =>
            double.Parse(part.Groups["value"].Value, CultureInfo.InvariantCulture) * part.Groups["unit"].Value switch { "ms" => 1, "s" => 1_000, "m" => 60_000, _ => 3_600_000 });
        return TimeSpan.FromMilliseconds(milliseconds);
    }

    [GeneratedRegex(@"^(\d{1,6}(\.\d{1,3})?(ms|s|m|h))+$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex GoDuration();

    [GeneratedRegex(@"(?<value>\d+(\.\d+)?)(?<unit>ms|s|m|h)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex GoPart();

    [GeneratedRegex(@"^PT(\d{1,4}H)?(\d{1,4}M)?(\d{1,4}S)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Iso8601();
}

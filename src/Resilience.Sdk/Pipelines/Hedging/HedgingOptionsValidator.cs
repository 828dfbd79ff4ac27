using System.Globalization;

namespace Resilience.Pipelines.Hedging;

/// <summary>Checks options as a whole, wherever they come from.</summary>
internal static class HedgingOptionsValidator
{
    public const int MostAttempts = 10;
    public const string DelayWayOut = "Leave it out to use DelayPercentile.";
    public static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    /// <summary>Everything that is wrong: the key below <c>Hedging</c>, the value, and the way out.</summary>
    public static IEnumerable<(string Key, string? Value, string Message)> Problems(HedgingOptions options)
    {
        // Written so that NaN is out of range, too.
        if (!(options.DelayPercentile is >= LatencyQuantile.LowestQuantile and <= LatencyQuantile.HighestQuantile))
        {
            yield return ("DelayPercentile", options.DelayPercentile.ToString(CultureInfo.InvariantCulture), string.Create(
                CultureInfo.InvariantCulture, $"is out of range. Allowed is {LatencyQuantile.LowestQuantile} to {LatencyQuantile.HighestQuantile}, for example 0.95."));
        }

        if (options.MinDelay < TimeSpan.Zero || options.MinDelay > LongestDelay)
        {
            yield return ("MinDelay", $"{options.MinDelay:c}", $"is out of range. Allowed is '{TimeSpan.Zero:c}' to '{LongestDelay:c}'.");
        }

        if (options.MaxHedgedAttempts is < 1 or > MostAttempts)
        {
            yield return (
                "MaxHedgedAttempts", options.MaxHedgedAttempts.ToString(CultureInfo.InvariantCulture), $"is out of range. Allowed is 1 to {MostAttempts}. To hedge nothing, set Enabled to false.");
        }

        if (options.Delay is { } delay && (delay < TimeSpan.Zero || delay > LongestDelay))
        {
            yield return ("Delay", $"{delay:c}", $"is out of range. Allowed is '{TimeSpan.Zero:c}' to '{LongestDelay:c}'. {DelayWayOut}");
        }
    }
}

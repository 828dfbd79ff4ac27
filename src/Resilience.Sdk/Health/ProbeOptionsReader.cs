using Resilience.Internal;

namespace Resilience.Health;

/// <summary>Reads how something is looked at. Whatever a section does not say, it takes from the options it inherits.</summary>
internal static class ProbeOptionsReader
{
    private const int MostInARow = 100;
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <param name="reader">The section; null when it is absent.</param>
    /// <param name="inherited">The options to start from.</param>
    public static ProbeOptions Read(ConfigurationReader? reader, ProbeOptions inherited)
    {
        if (reader is null)
        {
            return inherited;
        }

        var options = inherited with
        {
            Path = ReadPath(reader) ?? inherited.Path,
            Interval = reader.Duration("Interval", inherited.Interval, ShortestInterval, LongestInterval),
            Timeout = reader.Duration("Timeout", inherited.Timeout, ShortestTimeout, LongestTimeout),
            MaxInterval = reader.Duration("MaxInterval", inherited.MaxInterval, ShortestInterval, LongestInterval),
            FailureThreshold = reader.Integer("FailureThreshold", inherited.FailureThreshold, 1, MostInARow),
            SuccessThreshold = reader.Integer("SuccessThreshold", inherited.SuccessThreshold, 1, MostInARow),
            FailReady = reader.Boolean("FailReady", inherited.FailReady),
            FailReadyAfter = reader.Duration("FailReadyAfter", inherited.FailReadyAfter, TimeSpan.Zero, Day),
            HoldOff = reader.Duration("HoldOff", inherited.HoldOff, TimeSpan.Zero, Day),
        };
        reader.RejectUnknownKeys();
        return options;
    }

    private static string? ReadPath(ConfigurationReader reader)
    {
        if (reader.Text("Path") is not { } path)
        {
            return null;
        }

        if (path.StartsWith('/') && !path.StartsWith("//", StringComparison.Ordinal) && Uri.TryCreate(path, UriKind.Relative, out _))
        {
            return path;
        }

        reader.Report("Path", path, "is not a path. Write one that starts with a single '/', for example '/health'.");
        return null;
    }
}

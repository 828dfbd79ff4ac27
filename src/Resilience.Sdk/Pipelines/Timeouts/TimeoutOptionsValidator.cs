namespace Resilience.Pipelines.Timeouts;

/// <summary>Checks options as a whole, wherever they come from.</summary>
internal static class TimeoutOptionsValidator
{
    public const string WayOut = "For no limit, set Enabled to false.";

    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);
    public static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>Everything that is wrong with both time-outs of a dependency: the key below it, the value, and the way out.</summary>
    public static IEnumerable<(string Key, string? Value, string Message)> Problems(TimeoutOptions total, TimeoutOptions attempt)
    {
        foreach (var (section, options) in new[] { ("TotalRequestTimeout", total), ("AttemptTimeout", attempt) })
        {
            foreach (var (key, value, message) in Problems(options))
            {
                yield return ($"{section}:{key}", value, message);
            }
        }

        if (attempt.Limit > total.Limit)
        {
            yield return ("AttemptTimeout:Timeout", $"{attempt.Timeout:c}", $"is longer than TotalRequestTimeout '{total.Timeout:c}', so that it would never apply. Shorten it, or set AttemptTimeout:Enabled to false.");
        }
    }

    /// <summary>Everything that is wrong with one time-out: the key below it, the value, and the way out.</summary>
    public static IEnumerable<(string Key, string? Value, string Message)> Problems(TimeoutOptions options)
    {
        if (options.Timeout < Shortest || options.Timeout > Longest)
        {
            yield return ("Timeout", $"{options.Timeout:c}", $"is out of range. Allowed is '{Shortest:c}' to '{Longest:c}'. {WayOut}");
        }
    }
}

using System.Globalization;

namespace Resilience.Pipelines.Bulkhead;

/// <summary>Checks options as a whole, wherever they come from.</summary>
internal static class BulkheadOptionsValidator
{
    public const int HighestLimit = 100_000;

    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    /// <summary>Everything that is wrong: the key below the options, the value, and the way out.</summary>
    public static IEnumerable<(string Key, string? Value, string Message)> Problems(BulkheadOptions options)
    {
        if (!Enum.IsDefined(options.Mode))
        {
            yield return ("Mode", options.Mode.ToString(), "is unknown. Use Fixed or Adaptive.");
        }

        if (options.PermitLimit is < 1 or > HighestLimit)
        {
            yield return ("PermitLimit", Text(options.PermitLimit), "is out of range. Use 1 to 100000; to stop all calls, force the breaker open.");
        }

        if (options.QueueLimit is < 0 or > HighestLimit)
        {
            yield return ("QueueLimit", Text(options.QueueLimit), "is out of range. Use 0 (refuse at once) to 100000.");
        }

        if (options.MaxQueueWait < TimeSpan.Zero || options.MaxQueueWait > LongestWait)
        {
            yield return ("MaxQueueWait", options.MaxQueueWait.ToString("c", CultureInfo.InvariantCulture), "is out of range. Use 00:00:00 (never wait) to 00:10:00.");
        }

        // The bounds have no meaning for a fixed limit, so a dependency that inherits them may set any PermitLimit.
        if (options.Mode != BulkheadMode.Adaptive)
        {
            yield break;
        }

        var minIsValid = options.MinLimit is >= 1 and <= HighestLimit;
        if (!minIsValid)
        {
            yield return ("MinLimit", Text(options.MinLimit), "is out of range. Use 1 to 100000.");
        }

        if (options.MaxLimit is < 1 or > HighestLimit)
        {
            yield return ("MaxLimit", Text(options.MaxLimit), "is out of range. Use MinLimit to 100000.");
        }
        else if (minIsValid && options.MaxLimit < options.MinLimit)
        {
            yield return ("MaxLimit", Text(options.MaxLimit), $"is below MinLimit, {Text(options.MinLimit)}. Raise it or lower MinLimit.");
        }
        else if (minIsValid && options.PermitLimit is >= 1 and <= HighestLimit
            && (options.PermitLimit < options.MinLimit || options.PermitLimit > options.MaxLimit))
        {
            yield return ("PermitLimit", Text(options.PermitLimit),
                $"is where the adaptive limit begins, but lies outside MinLimit and MaxLimit, {Text(options.MinLimit)} to {Text(options.MaxLimit)}. Move it or the bounds.");
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}

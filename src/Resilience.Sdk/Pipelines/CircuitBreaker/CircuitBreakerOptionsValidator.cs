using System.Globalization;

namespace Resilience.Pipelines.CircuitBreaker;

/// <summary>Checks options as a whole, wherever they come from.</summary>
internal static class CircuitBreakerOptionsValidator
{
    public const int MostCalls = 1_000_000;
    public const int MostTrials = 100;

    public static readonly TimeSpan ShortestSampling = TimeSpan.FromMilliseconds(500);
    public static readonly TimeSpan ShortestBreak = TimeSpan.FromMilliseconds(100);
    public static readonly TimeSpan ShortestTrial = TimeSpan.FromMilliseconds(100);
    public static readonly TimeSpan ShortestSlowCall = TimeSpan.FromMilliseconds(1);
    public static readonly TimeSpan LongestTrial = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    public static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Everything that is wrong: the key below the options, the value, and the way out.</summary>
    public static IEnumerable<(string Key, string? Value, string Message)> Problems(CircuitBreakerOptions options) =>
        Checks(options).Where(check => check.Message is not null).Select(check => (check.Key, check.Value, check.Message!));

    private static IEnumerable<(string Key, string? Value, string? Message)> Checks(CircuitBreakerOptions options)
    {
        yield return (nameof(options.FailureRatio), Text(options.FailureRatio), options.FailureRatio is { } ratio ? RatioProblem(ratio) : null);
        yield return (nameof(options.SlowCallRatio), Text(options.SlowCallRatio), RatioProblem(options.SlowCallRatio));
        yield return Count(nameof(options.MinimumThroughput), options.MinimumThroughput, 1, MostCalls);
        yield return Count(nameof(options.ConsecutiveFailures), options.ConsecutiveFailures, 0, MostCalls);
        yield return Length(nameof(options.SamplingDuration), options.SamplingDuration, ShortestSampling, Hour);
        yield return Length(nameof(options.BreakDuration), options.BreakDuration, ShortestBreak, Hour);
        yield return Length(nameof(options.MaxBreakDuration), options.MaxBreakDuration, ShortestBreak, Day);
        yield return Count($"{nameof(options.HalfOpen)}:{nameof(HalfOpenOptions.Trials)}", options.HalfOpen.Trials, 1, MostTrials);
        yield return Length($"{nameof(options.HalfOpen)}:{nameof(HalfOpenOptions.Timeout)}", options.HalfOpen.Timeout, ShortestTrial, LongestTrial);
        if (options.SlowCallDuration is { } slow)
        {
            yield return Length(nameof(options.SlowCallDuration), slow, ShortestSlowCall, Hour);
        }

        if (options.MaxBreakDuration < options.BreakDuration)
        {
            yield return (nameof(options.MaxBreakDuration), Text(options.MaxBreakDuration), $"is shorter than BreakDuration, {Text(options.BreakDuration)}. Make it as long or longer.");
        }

        if (!Enum.IsDefined(options.Mode))
        {
            yield return (nameof(options.Mode), Text(options.Mode), $"is not a mode. Use {string.Join(", ", Enum.GetNames<CircuitBreakerMode>())}.");
        }

        if (options is { FailureRatio: null, ConsecutiveFailures: 0, SlowCallDuration: null, Mode: CircuitBreakerMode.Enforce or CircuitBreakerMode.Observe })
        {
            yield return (nameof(options.Mode), Text(options.Mode), "has nothing to act on: every trigger is off. Set FailureRatio, ConsecutiveFailures or SlowCallDuration, or Mode to Disabled.");
        }
    }

    // Written so that NaN is a problem too.
    private static string? RatioProblem(double ratio) => ratio is > 0 and <= 1 ? null : "is out of range. Use a share above 0 and at most 1.";

    private static (string Key, string? Value, string? Message) Count(string key, int value, int min, int max) =>
        (key, Text(value), value >= min && value <= max ? null : $"is out of range. Use {Text(min)} to {Text(max)}.");

    private static (string Key, string? Value, string? Message) Length(string key, TimeSpan value, TimeSpan min, TimeSpan max) =>
        (key, Text(value), value >= min && value <= max ? null : $"is out of range. Use {Text(min)} to {Text(max)}.");

    private static string? Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture);
}

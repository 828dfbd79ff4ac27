using System.Globalization;

namespace Resilience.Pipelines.Retry;

/// <summary>Checks options as a whole, wherever they come from.</summary>
internal static class RetryOptionsValidator
{
    public const int MostAttempts = 100;
    public static readonly TimeSpan ShortestMaxDelay = TimeSpan.FromMilliseconds(1);

    /// <summary>Everything that is wrong: the key below <c>Retry</c>, the value, and the way out.</summary>
    public static IEnumerable<(string Key, string? Value, string Message)> Problems(RetryOptions options)
    {
        if (options.MaxRetryAttempts is < 0 or > MostAttempts)
        {
            yield return ("MaxRetryAttempts", Invariant(options.MaxRetryAttempts), $"is out of range. Allowed is 0 to {MostAttempts}; 0 never repeats.");
        }

        if (options.Delay < TimeSpan.Zero || options.Delay > Backoff.Longest)
        {
            yield return ("Delay", $"{options.Delay:c}", $"is out of range. Allowed is '{TimeSpan.Zero:c}' to '{Backoff.Longest:c}'.");
        }

        if (options.MaxDelay is { } longest)
        {
            if (longest < ShortestMaxDelay || longest > Backoff.Longest)
            {
                yield return ("MaxDelay", $"{longest:c}", $"is out of range. Allowed is '{ShortestMaxDelay:c}' to '{Backoff.Longest:c}'.");
            }
            else if (longest < options.Delay)
            {
                yield return ("MaxDelay", $"{longest:c}", $"is shorter than Delay '{options.Delay:c}', so that every pause would be the longest. Raise MaxDelay or lower Delay.");
            }
        }

        if (!Enum.IsDefined(options.BackoffType))
        {
            yield return ("BackoffType", $"{options.BackoffType}", $"is not known. Allowed: {string.Join(", ", Enum.GetNames<BackoffType>())}.");
        }

        if (!Enum.IsDefined(options.Jitter))
        {
            yield return ("Jitter", $"{options.Jitter}", $"is not known. Allowed: {string.Join(", ", Enum.GetNames<JitterKind>())}.");
        }

        if (options.Budget is { } budget)
        {
            // Written so that NaN is out of range, too.
            if (!(budget.Ratio is >= 0 and <= 1))
            {
                yield return ("Budget:Ratio", Invariant(budget.Ratio), "is out of range. Allowed is 0 to 1: repeats per call, for example 0.1 for one in ten.");
            }

            if (budget.MinPerSecond is < 0 or > RetryBudget.MostPerSecond)
            {
                yield return ("Budget:MinPerSecond", Invariant(budget.MinPerSecond), $"is out of range. Allowed is 0 to {RetryBudget.MostPerSecond}.");
            }
        }
    }

    private static string Invariant<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}

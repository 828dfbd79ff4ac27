using Resilience.Internal;

namespace Resilience.Pipelines.Retry;

/// <summary>The pause before a repeat. Pure: the same arguments give the same pause.</summary>
internal static class Backoff
{
    /// <summary>The longest pause when no <see cref="RetryOptions.MaxDelay"/> is set. Timers take no more than 49 days, and nobody waits a day.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>Computes a pause between zero and <see cref="RetryOptions.MaxDelay"/>, jitter included.</summary>
    /// <param name="options">Valid options.</param>
    /// <param name="repeat">Which repeat the pause comes before, counted from 0.</param>
    /// <param name="previous">The pause before the last repeat, zero at first; only decorrelated jitter looks at it.</param>
    /// <param name="random">Uniform in [0, 1).</param>
    public static TimeSpan Delay(RetryOptions options, int repeat, TimeSpan previous, double random)
    {
        var longest = options.MaxDelay ?? Longest;
        var first = Min(options.Delay, longest);
        if (options is { BackoffType: BackoffType.Exponential, UseJitter: true, Jitter: JitterKind.Decorrelated })
        {
            // Brooker's formula is min(cap, random(base, 3 × previous)). Bounding before drawing keeps the spread at the
            // cap, where his gathers two thirds of all pauses in one point.
            var origin = previous > first ? previous : first;
            return Between(first, Growth.Times(origin, 3, longest), random);
        }

        var pause = options.BackoffType switch
        {
            BackoffType.Constant => first,
            BackoffType.Linear => Growth.Times(first, repeat + 1.0, longest),
            _ => Growth.Doubled(first, repeat, longest),
        };
        if (!options.UseJitter)
        {
            return pause;
        }

        return options.BackoffType == BackoffType.Exponential
            ? Between(TimeSpan.Zero, pause, random)
            : Between(pause * 0.75, Growth.Times(pause, 1.25, longest), random);
    }

    private static TimeSpan Between(TimeSpan low, TimeSpan high, double random) => low + ((high - low) * random);

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;
}

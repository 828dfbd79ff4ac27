namespace Resilience.Internal;

/// <summary>Pauses between repeats: exponential with full jitter (M. Brooker, "Exponential Backoff And Jitter", 2015). Thread-safe.</summary>
internal sealed class Jitter(Random random)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(500);
    private readonly Lock _lock = new();

    /// <summary>The pause before repeat <paramref name="repeat"/>, counted from 0; the first is immediate.</summary>
    public TimeSpan Before(int repeat)
    {
        if (repeat == 0)
        {
            return TimeSpan.Zero;
        }

        var ceiling = First * (1 << Math.Min(repeat - 1, 10));
        lock (_lock)
        {
            return (ceiling < Longest ? ceiling : Longest) * random.NextDouble();
        }
    }

    /// <summary>A seed for another generator.</summary>
    public int NextSeed()
    {
        lock (_lock)
        {
            return random.Next();
        }
    }
}

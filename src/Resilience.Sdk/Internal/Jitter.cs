namespace Resilience.Internal;

/// <summary>Pauses between repeats: exponential with full jitter (M. Brooker, "Exponential Backoff And Jitter", 2015). Thread-safe.</summary>
internal sealed class Jitter(Random random)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(500);
    private readonly Lock _lock = new();

    /// <summary>The pause before repeat <paramref name="repeat"/>, counted from 0; the first is immediate.</summary>
    public TimeSpan Before(int repeat) => repeat == 0 ? TimeSpan.Zero : Growth.Doubled(First, repeat - 1, Longest) * Next();

    /// <summary>Uniform in [0, 1).</summary>
    public double Next()
    {
        lock (_lock)
        {
            return random.NextDouble();
        }
    }
}

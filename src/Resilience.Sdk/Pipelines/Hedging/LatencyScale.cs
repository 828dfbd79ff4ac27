using System.Numerics;

namespace Resilience.Pipelines.Hedging;

/// <summary>
/// Maps latencies to buckets, eight to each doubling (the log-linear scale of HdrHistogram), from 1 µs to 71 minutes. The
/// middle of a bucket is within 1/16 of all that is in it.
/// </summary>
internal static class LatencyScale
{
    private const int SubBits = 3;
    private const int Sub = 1 << SubBits;

    /// <summary>The number of buckets: values below <see cref="Sub"/> µs have one each, every further bit of the value has eight.</summary>
    public const int Buckets = Sub + ((32 - SubBits) * Sub);

    public static int Bucket(TimeSpan latency)
    {
        var value = (uint)Math.Clamp(latency.Ticks / TimeSpan.TicksPerMicrosecond, 0, uint.MaxValue);
        if (value < Sub)
        {
            return (int)value;
        }

        var shift = BitOperations.Log2(value) - SubBits;
        return (shift * Sub) + (int)(value >> shift);
    }

    /// <summary>The middle of a bucket.</summary>
    public static TimeSpan Middle(int bucket)
    {
        if (bucket < Sub)
        {
            return TimeSpan.FromTicks((bucket * TimeSpan.TicksPerMicrosecond) + (TimeSpan.TicksPerMicrosecond / 2));
        }

        var shift = (bucket / Sub) - 1;
        var low = (long)(Sub + (bucket % Sub)) << shift;
        return TimeSpan.FromTicks((low * TimeSpan.TicksPerMicrosecond) + ((TimeSpan.TicksPerMicrosecond << shift) / 2));
    }
}

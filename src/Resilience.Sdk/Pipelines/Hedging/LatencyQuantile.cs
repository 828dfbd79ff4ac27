using Resilience.Internal;

namespace Resilience.Pipelines.Hedging;

/// <summary>
/// Estimates percentiles of recent latencies: of the running half minute and the one before. The estimate is within
/// 6.25 % (and half a microsecond) of a latency that was recorded. Recording takes no lock and allocates nothing.
/// </summary>
/// <remarks>
/// Record the latency of every attempt that succeeded, from its own start, and for an attempt that was cancelled because
/// another one won, the time it had taken so far. Leaving those out would hide the slow calls just because they are hedged,
/// and the percentile would sink until everything is.
/// </remarks>
internal sealed class LatencyQuantile(TimeProvider time)
{
    public const double LowestQuantile = 0.5;
    public const double HighestQuantile = 0.999;
    public static readonly TimeSpan HalfWindow = TimeSpan.FromSeconds(30);

    // A quantile is known once so many values lie beyond it; one or two might be any two.
    private const double SamplesBeyond = 5;
    private const long FewestSamples = 20;

    // The running half, the one before, and one that is empty already when it becomes the running one, so that nobody
    // clears what others record into.
    private const int Halves = 3;
    private const int Stride = LatencyScale.Buckets + (4 * Stripe.Padding);
    private readonly int[][] _counts = [.. Enumerable.Range(0, Halves).Select(_ => new int[Stripe.Count * Stride])];
    private readonly long _origin = time.GetTimestamp();
    private readonly long _halfLength = time.TimestampFrequency * (long)HalfWindow.TotalSeconds;
    private long _half;

    public void Record(TimeSpan latency) => Record(latency, time.GetTimestamp());

    /// <summary>Records at a timestamp that the caller has read already.</summary>
    public void Record(TimeSpan latency, long timestamp)
    {
        var half = Enter(timestamp);
        Interlocked.Increment(ref _counts[half % Halves][(Stripe.Current * Stride) + LatencyScale.Bucket(latency)]);
    }

    /// <summary>The latency that this share of the recent calls did not exceed; null until enough are known.</summary>
    /// <param name="quantile">From <see cref="LowestQuantile"/> to <see cref="HighestQuantile"/>.</param>
    public TimeSpan? Estimate(double quantile)
    {
        var half = Enter(time.GetTimestamp());
        Span<long> counts = stackalloc long[LatencyScale.Buckets];
        counts.Clear();
        var total = Add(counts, _counts[half % Halves]);
        total += half > 0 ? Add(counts, _counts[(half - 1) % Halves]) : 0;
        if (total < Math.Max(FewestSamples, Math.Ceiling(SamplesBeyond / (1 - quantile) - 1e-6)))
        {
            return null;
        }

        var rank = (long)Math.Ceiling(quantile * total);
        var bucket = 0;
        for (var below = counts[0]; below < rank; below += counts[bucket])
        {
            bucket++;
        }

        return LatencyScale.Middle(bucket);
    }

    private static long Add(Span<long> sums, int[] counts)
    {
        var total = 0L;
        for (var stripe = 0; stripe < Stripe.Count; stripe++)
        {
            for (var bucket = 0; bucket < LatencyScale.Buckets; bucket++)
            {
                var count = Volatile.Read(ref counts[(stripe * Stride) + bucket]);
                sums[bucket] += count;
                total += count;
            }
        }

        return total;
    }

    private long Enter(long timestamp)
    {
        var half = (timestamp - _origin) / _halfLength;
        var known = Volatile.Read(ref _half);
        if (half > known)
        {
            Rotate(half, known);
        }

        // A late timestamp must not reach into a half that has been emptied for what comes next.
        return Math.Max(half, Volatile.Read(ref _half));
    }

    private void Rotate(long half, long known)
    {
        if (Interlocked.CompareExchange(ref _half, half, known) != known)
        {
            return;
        }

        // After a gap, nothing is recent: the counts of all halves go. Latencies that others record meanwhile may be
        // lost, which an estimate does not notice.
        var gap = half - known > 1;
        for (var i = 0; i < Halves; i++)
        {
            if (gap || i == (half + 1) % Halves)
            {
                Array.Clear(_counts[i]);
            }
        }
    }
}

using System.Numerics;

namespace Resilience.Pipelines.Bulkhead;

/// <summary>
/// The durations of a window, summed per processor. Count and sum share a word, so that one atomic addition records a call and
/// one exchange takes both at the same moment.
/// </summary>
internal sealed class SampleStripes
{
    private const int CountBits = 18;
    private const long CountMask = (1L << CountBits) - 1;

    // 46 bits hold so many durations of the longest kind; the bits of the count leave room for threads that pass the check together.
    private const long MostSamples = 1L << 16;
    private const int MostStripes = 32;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    private readonly PaddedWord[] _stripes;

    public SampleStripes(int stripes) =>
        _stripes = new PaddedWord[BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(stripes, 1, MostStripes))];

    public void Record(TimeSpan duration)
    {
        ref var word = ref _stripes[Thread.GetCurrentProcessorId() & (_stripes.Length - 1)].Value;
        if ((Volatile.Read(ref word) & CountMask) < MostSamples)
        {
            // A duration of zero has no gradient; a tick stands for less than one.
            var ticks = Math.Clamp(duration.Ticks, 1, Longest.Ticks);
            Interlocked.Add(ref word, (ticks << CountBits) + 1);
        }
    }

    public long Count()
    {
        var count = 0L;
        foreach (ref var stripe in _stripes.AsSpan())
        {
            count += Volatile.Read(ref stripe.Value) & CountMask;
        }

        return count;
    }

    /// <summary>Takes what was recorded and begins anew.</summary>
    public (long Count, TimeSpan Sum) Take()
    {
        var count = 0L;
        var ticks = 0L;
        foreach (ref var stripe in _stripes.AsSpan())
        {
            var word = Interlocked.Exchange(ref stripe.Value, 0);
            count += word & CountMask;
            ticks += word >>> CountBits;
        }

        return (count, TimeSpan.FromTicks(ticks));
    }
}

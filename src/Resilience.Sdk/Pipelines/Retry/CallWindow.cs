using Resilience.Internal;

namespace Resilience.Pipelines.Retry;

/// <summary>Counts calls in a sliding window, in slices of time. Counting takes no lock and allocates nothing.</summary>
internal sealed class CallWindow
{
    /// <summary>Slices that are remembered, the running one included.</summary>
    public const int Slices = 40;

    // A slot holds its slice in the upper half and the count in the lower, so that one atomic operation settles both
    // whether the slot is of this slice and how many there are. Slices count from 1: an empty slot is of none.
    private const int CountBits = 32;
    private const int Stride = Slices + (2 * Stripe.Padding);
    private readonly long[] _slots = new long[Stripe.Padding + (Stripe.Count * Stride)];

    /// <summary>Adds a call to a slice. A slice that has left the window is forgotten, the call with it.</summary>
    public void Add(long slice)
    {
        ref var slot = ref Slot(Stripe.Current, slice);
        var seen = Volatile.Read(ref slot);
        while (seen >> CountBits < slice)
        {
            var before = Interlocked.CompareExchange(ref slot, (slice << CountBits) + 1, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }

        if (seen >> CountBits == slice)
        {
            // Should the slot pass to a later slice at this very moment, that slice counts one call more: harmless, and
            // possible only for a thread that stood still for a whole window.
            Interlocked.Increment(ref slot);
        }
    }

    /// <summary>The calls of the slices from <paramref name="first"/> to <paramref name="last"/>.</summary>
    public long Sum(long first, long last)
    {
        var sum = 0L;
        for (var slice = first; slice <= last; slice++)
        {
            for (var stripe = 0; stripe < Stripe.Count; stripe++)
            {
                var seen = Volatile.Read(ref Slot(stripe, slice));
                sum += seen >> CountBits == slice ? seen & uint.MaxValue : 0;
            }
        }

        return sum;
    }

    private ref long Slot(int stripe, long slice) => ref _slots[Stripe.Padding + (stripe * Stride) + (int)((ulong)slice % Slices)];
}

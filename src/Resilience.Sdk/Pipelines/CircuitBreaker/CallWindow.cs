using System.Numerics;

namespace Resilience.Pipelines.CircuitBreaker;

/// <summary>
/// Counts calls over a sliding window of ten time slices, without a lock and without anything to rotate: a cell holds
/// the number of its slice beside its count, and whoever writes first in a new slice replaces the cell of the slice that
/// has left the window.
/// </summary>
/// <remarks>
/// Successes are striped by processor, so that threads on different cores do not pass a cache line to and fro; troubles
/// are rare while a circuit is closed and share one ring each. Striped counters: D. Lea's LongAdder; slices stamped in
/// place: the sliding window of Alibaba's Sentinel (LeapArray).
/// </remarks>
internal sealed class CallWindow
{
    public const int Slices = 10;

    // 256 bytes between stripes: their cells take 80, and processors fetch lines of 64 bytes in pairs.
    private const int StripeLength = 32;
    private const int MostStripes = 64;

    // Keeps the array's length, which every access reads, off the cache line of the first stripe.
    private const int Padding = 16;

    private static readonly int StripeMask = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, MostStripes)) - 1;

    private readonly long[] _successes = new long[Padding + ((StripeMask + 1) * StripeLength)];
    private readonly long[] _failures = new long[Slices];
    private readonly long[] _slow = new long[Slices];
    private readonly long _origin;
    private readonly ulong _slice;

    /// <param name="samplingDuration">The length of the window.</param>
    /// <param name="samplingTicks">The same in the unit of timestamps.</param>
    /// <param name="origin">The timestamp from which slices are numbered.</param>
    public CallWindow(TimeSpan samplingDuration, long samplingTicks, long origin)
    {
        SamplingDuration = samplingDuration;
        _slice = (ulong)Math.Max(samplingTicks / Slices, 1);
        _origin = origin;
    }

    public TimeSpan SamplingDuration { get; }

    public void AddSuccess(long timestamp)
    {
        var slice = SliceOf(timestamp);
        var stripe = Padding + ((Thread.GetCurrentProcessorId() & StripeMask) * StripeLength);
        Add(ref _successes[stripe + (int)(slice % Slices)], (uint)slice, 1);
    }

    public void AddFailure(long timestamp) => Add(_failures, 0, SliceOf(timestamp), 1);

    public void AddSlow(long timestamp) => Add(_slow, 0, SliceOf(timestamp), 1);

    public WindowCounts Read(long timestamp)
    {
        var now = (uint)SliceOf(timestamp);
        var successes = 0L;
        for (var stripe = 0; stripe <= StripeMask; stripe++)
        {
            successes += Sum(_successes.AsSpan(Padding + (stripe * StripeLength), Slices), now);
        }

        return new WindowCounts(successes, Sum(_failures, now), Sum(_slow, now));
    }

    /// <summary>Whether a call succeeded within the last while for certain: a slice that began before it does not count.</summary>
    public bool HasSucceededWithin(long ticks, long timestamp)
    {
        var now = SliceOf(timestamp);
        for (var age = 0UL; age < Slices && age <= now; age++)
        {
            var slice = now - age;
            if (timestamp - (_origin + (long)(slice * _slice)) > ticks)
            {
                return false;
            }

            for (var stripe = 0; stripe <= StripeMask; stripe++)
            {
                var cell = Volatile.Read(ref _successes[Padding + (stripe * StripeLength) + (int)(slice % Slices)]);
                if (SliceIn(cell) == (uint)slice && CountIn(cell) > 0)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>
    /// A window of another length with the same calls. A slice that is split counts at its end, so nothing is forgotten
    /// early. A success written while this runs may be missing from the copy.
    /// </summary>
    public CallWindow Resize(TimeSpan samplingDuration, long samplingTicks, long timestamp)
    {
        var window = new CallWindow(samplingDuration, samplingTicks, _origin);
        var now = SliceOf(timestamp);
        for (var age = 0UL; age < Slices && age <= now; age++)
        {
            var slice = now - age;
            var end = Math.Min(timestamp, _origin + (long)((slice + 1) * _slice) - 1);
            var target = window.SliceOf(end);
            for (var stripe = 0; stripe <= StripeMask; stripe++)
            {
                Copy(_successes, window._successes, Padding + (stripe * StripeLength));
            }

            Copy(_failures, window._failures, 0);
            Copy(_slow, window._slow, 0);

            void Copy(long[] from, long[] to, int offset)
            {
                var cell = Volatile.Read(ref from[offset + (int)(slice % Slices)]);
                if (SliceIn(cell) == (uint)slice && CountIn(cell) > 0)
                {
                    Add(to, offset, target, CountIn(cell));
                }
            }
        }

        return window;
    }

    private static void Add(long[] cells, int offset, ulong slice, uint count) => Add(ref cells[offset + (int)(slice % Slices)], (uint)slice, count);

    // The slice's number above, its count below: one compare-and-swap counts and, when the cell is old, replaces it.
    // 32 bits hold the calls of a slice, which takes 6 minutes at most, and tell slices apart over 3 years, at the
    // shortest that there is.
    private static void Add(ref long cell, uint slice, uint count)
    {
        var seen = Volatile.Read(ref cell);
        while (true)
        {
            var age = (int)(slice - SliceIn(seen));
            if (age < 0)
            {
                // A late writer: its slice has left the window meanwhile.
                return;
            }

            var next = age == 0 ? seen + count : ((long)slice << 32) | count;
            var found = Interlocked.CompareExchange(ref cell, next, seen);
            if (found == seen)
            {
                return;
            }

            seen = found;
        }
    }

    private static long Sum(ReadOnlySpan<long> cells, uint now)
    {
        var sum = 0L;
        foreach (ref readonly var cell in cells)
        {
            // Signed: a reader whose timestamp was taken before the latest slice began still sees that slice.
            var seen = Volatile.Read(in cell);
            if ((int)(now - SliceIn(seen)) < Slices)
            {
                sum += CountIn(seen);
            }
        }

        return sum;
    }

    private static uint SliceIn(long cell) => (uint)(cell >>> 32);

    private static uint CountIn(long cell) => (uint)cell;

    // A timestamp taken just before the window was made belongs to its first slice.
    private ulong SliceOf(long timestamp) => timestamp <= _origin ? 0 : (ulong)(timestamp - _origin) / _slice;
}

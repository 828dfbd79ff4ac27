using System.Collections.Concurrent;
using Resilience.Internal;

namespace Resilience.Pipelines.Timeouts;

/// <summary>
/// Gives attempts a token that is cancelled by a time-out or by the caller, from a pool: an attempt that ends before either
/// costs no allocation and touches no timer. A time-out comes at most one tick of the system's timers late, and never early.
/// </summary>
internal sealed class AttemptTimers(TimeProvider time)
{
    // Above this many attempts at a time, the further ones allocate. An idle timer takes about 400 bytes.
    private const int MostKept = 1024;
    private static readonly long LongestMilliseconds = (long)TimeSpan.FromDays(1).TotalMilliseconds;

    // One timer at hand per processor, so that two of them do not meet; the rest wait in the queue.
    private readonly AttemptTimer?[] _atHand = new AttemptTimer?[(Stripe.Count + 1) * Stripe.Padding];
    private readonly ConcurrentQueue<AttemptTimer> _others = new();
    private int _othersCount;

    /// <summary>Begins an attempt.</summary>
    /// <param name="timeout">
    /// From now; null for never. Zero or less times out at once, <see cref="Timeout.InfiniteTimeSpan"/> included: what is
    /// left of a deadline may come out as just that.
    /// </param>
    /// <param name="caller">Cancels the attempt, too.</param>
    public AttemptLease Start(TimeSpan? timeout, CancellationToken caller) => Start(timeout, time.GetTimestamp(), caller);

    /// <summary>Begins an attempt at a timestamp that the caller has read already.</summary>
    public AttemptLease Start(TimeSpan? timeout, long now, CancellationToken caller) => Take().Rent(timeout, now, caller);

    /// <summary>Takes a timer back; false when there are enough.</summary>
    public bool TryKeep(AttemptTimer timer)
    {
        if (Interlocked.CompareExchange(ref AtHand(Stripe.Current), timer, null) is null)
        {
            return true;
        }

        if (Interlocked.Increment(ref _othersCount) <= MostKept)
        {
            _others.Enqueue(timer);
            return true;
        }

        Interlocked.Decrement(ref _othersCount);
        return false;
    }

    public long ToTimestamps(TimeSpan timeout) => (long)Math.Ceiling(Math.Clamp(timeout.TotalMilliseconds, 0, LongestMilliseconds) * time.TimestampFrequency / 1000);

    /// <summary>A timer's due time. Rounded up, because timers cut off fractions of a millisecond and would fire too early, again and again.</summary>
    public TimeSpan ToTimer(long timestamps) => TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling(timestamps * 1000.0 / time.TimestampFrequency), 0, LongestMilliseconds));

    private AttemptTimer Take()
    {
        if (Interlocked.Exchange(ref AtHand(Stripe.Current), null) is { } timer)
        {
            return timer;
        }

        if (_others.TryDequeue(out timer))
        {
            Interlocked.Decrement(ref _othersCount);
            return timer;
        }

        // One that another processor has at hand costs less than a new one; the thread that left it there may have been
        // this one.
        for (var stripe = 0; stripe < Stripe.Count; stripe++)
        {
            ref var slot = ref AtHand(stripe);
            if (Volatile.Read(ref slot) is not null && Interlocked.Exchange(ref slot, null) is { } elsewhere)
            {
                return elsewhere;
            }
        }

        return new AttemptTimer(this, time);
    }

    // Spaced by indices: the runtime ignores the size that is asked for a struct which holds a reference.
    private ref AttemptTimer? AtHand(int stripe) => ref _atHand[(stripe + 1) * Stripe.Padding];
}

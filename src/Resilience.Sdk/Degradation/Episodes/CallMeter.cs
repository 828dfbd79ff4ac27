using Resilience.Internal;

namespace Resilience.Degradation.Episodes;

/// <summary>Counts calls without a lock and says how many come in a second. Any thread counts; one measures.</summary>
internal sealed class CallMeter
{
    // A few looks are smoothed over, so that one quiet moment does not look like silence.
    private const double Weight = 0.2;

    private readonly long[] _counts = new long[Stripe.Count * Stripe.Padding];
    private long _seen;
    private TimeSpan _measuredAt;
    private double _perSecond;

    /// <summary>As measured last.</summary>
    public double PerSecond => Volatile.Read(ref _perSecond);

    public void Count() => Interlocked.Increment(ref _counts[Stripe.Current * Stripe.Padding]);

    /// <summary>Measures since the last time. Not from two threads.</summary>
    public void Measure(TimeSpan now)
    {
        var elapsed = (now - _measuredAt).TotalSeconds;
        if (elapsed <= 0)
        {
            return;
        }

        var total = 0L;
        for (var i = 0; i < Stripe.Count; i++)
        {
            total += Volatile.Read(ref _counts[i * Stripe.Padding]);
        }

        var rate = (total - _seen) / elapsed;
        (_seen, _measuredAt) = (total, now);
        Volatile.Write(ref _perSecond, _perSecond + (Weight * (rate - _perSecond)));
    }
}

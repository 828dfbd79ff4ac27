namespace Resilience.Pipelines.Hedging;

/// <summary>
/// How long a call may take before it is hedged. Thread-safe; the estimate is renewed at most four times a second, so that
/// asking at every call costs next to nothing.
/// </summary>
internal sealed class HedgeDelay(LatencyQuantile latencies, TimeProvider time)
{
    private static readonly TimeSpan Renewal = TimeSpan.FromMilliseconds(250);
    private Estimated? _last;

    /// <summary>The time before a hedge; null to send none: switched off, or too little is known yet.</summary>
    public TimeSpan? Delay(HedgingOptions options)
    {
        if (!options.Enabled)
        {
            return null;
        }

        if (options.Delay is { } constant)
        {
            return constant;
        }

        return Latency(options.DelayPercentile) is { } latency ? (latency > options.MinDelay ? latency : options.MinDelay) : null;
    }

    private TimeSpan? Latency(double percentile)
    {
        var now = time.GetTimestamp();
        var last = Volatile.Read(ref _last);
        if (last is null || last.Percentile != percentile || time.GetElapsedTime(last.At, now) >= Renewal)
        {
            // Two threads may do this at once; either result is good.
            last = new Estimated(percentile, now, latencies.Estimate(percentile));
            Volatile.Write(ref _last, last);
        }

        return last.Latency;
    }

    private sealed record Estimated(double Percentile, long At, TimeSpan? Latency);
}

using System.Diagnostics.Metrics;

namespace Resilience.Diagnostics;

/// <summary>The instruments of queues.</summary>
internal static class QueueMetrics
{
    private static readonly Histogram<double> Attempts = DrResilienceDiagnostics.Meter.CreateHistogram<double>(
        "dr.queue.attempts", "s", "Tries to carry a queued request out, by what came of it.", tags: null, DurationBuckets.Advice);

    public static void CountAttempt(string queue, string result, TimeSpan time) =>
        Attempts.Record(time.TotalSeconds, new("dr.queue", queue), new("dr.result", result));
}

using System.Diagnostics.Metrics;

namespace Resilience.Diagnostics;

/// <summary>Bounds of histograms in seconds. Without them exporters take those for milliseconds, in which all up to 5 s are one.</summary>
internal static class DurationBuckets
{
    public static readonly InstrumentAdvice<double> Advice = new() { HistogramBucketBoundaries = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 900] };
}

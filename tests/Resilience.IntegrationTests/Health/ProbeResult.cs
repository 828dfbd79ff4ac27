namespace Resilience.IntegrationTests.Health;

/// <summary>One probe's answer.</summary>
/// <param name="At">When it was due.</param>
/// <param name="Took">How long it took from when it was due, with connecting.</param>
/// <param name="Status">0 for none.</param>
/// <param name="Body">The body, or why there was no answer.</param>
internal readonly record struct ProbeResult(TimeSpan At, TimeSpan Took, int Status, string Body)
{
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// The p99 of each half second, and of those the median: what probing costs is in all of them, and a single moment in which
    /// the machine did something else is in one.
    /// </summary>
    public static double P99Milliseconds(IReadOnlyCollection<ProbeResult> results)
    {
        var slices = results.GroupBy(result => (int)(result.At / Slice)).Where(slice => slice.Count() > 1).Select(slice => P99(slice.Select(result => result.Took.TotalMilliseconds))).Order().ToList();
        return slices[slices.Count / 2];
    }

    private static double P99(IEnumerable<double> times)
    {
        var sorted = times.Order().ToList();
        return sorted[(int)(sorted.Count * 0.99)];
    }
}

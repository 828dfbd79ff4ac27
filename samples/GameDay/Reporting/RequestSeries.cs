using GameDay.History;

namespace GameDay.Reporting;

/// <summary>Requests by outcome over time, in stretches of equal length without a gap between them.</summary>
/// <remarks>
/// A request counts where it ended, because that is when a customer learned of it. Boundaries lie on multiples of the length, so
/// that the fault, at zero, is one of them.
/// </remarks>
internal sealed record RequestSeries(double BucketSeconds, IReadOnlyList<SeriesBucket> Buckets)
{
    public const int MostBuckets = 240;

    private const int Digits = 6;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(250);

    // Lengths that divide the marks of an axis.
    private static readonly double[] Steps = [0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600];

    public static RequestSeries Empty { get; } = new(Shortest.TotalSeconds, []);

    /// <param name="origin">The zero of the series; usually the fault.</param>
    /// <param name="shortest">The least length of a bucket, 250 ms unless told; it grows until there are few enough of them.</param>
    public static RequestSeries Of(IReadOnlyList<Operation> operations, TimeSpan origin, TimeSpan? shortest = null)
    {
        if (operations.Count == 0)
        {
            return Empty;
        }

        var first = (operations.Min(o => o.EndedAt) - origin).TotalSeconds;
        var last = (operations.Max(o => o.EndedAt) - origin).TotalSeconds;
        var length = LengthFor(first, last, (shortest ?? Shortest).TotalSeconds);
        var from = (int)Math.Floor(first / length);
        var byBucket = operations.ToLookup(o => (int)Math.Floor((o.EndedAt - origin).TotalSeconds / length));
        return new RequestSeries(
            length,
            [.. Enumerable.Range(from, CountOf(first, last, length)).Select(i => Bucket(Math.Round(i * length, Digits), byBucket[i]))]);
    }

    private static double LengthFor(double first, double last, double shortest)
    {
        foreach (var step in Steps.Where(s => s >= shortest && CountOf(first, last, s) <= MostBuckets))
        {
            return step;
        }

        var length = Math.Max(shortest, Steps[^1]);
        while (CountOf(first, last, length) > MostBuckets)
        {
            length *= 2;
        }

        return length;
    }

    private static int CountOf(double first, double last, double length) =>
        (int)Math.Min(int.MaxValue, Math.Floor(last / length) - Math.Floor(first / length) + 1);

    private static SeriesBucket Bucket(double at, IEnumerable<Operation> operations)
    {
        var window = HistoryWindow.Of("", operations);
        return new SeriesBucket(at, window.Succeeded, window.Degraded, window.Failed, window.LatencyMs.P50, window.LatencyMs.P99);
    }
}

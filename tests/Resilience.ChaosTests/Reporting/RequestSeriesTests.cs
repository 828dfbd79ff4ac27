using GameDay.History;
using GameDay.Reporting;
using static Resilience.ChaosTests.Reporting.SampleRun;

namespace Resilience.ChaosTests.Reporting;

public sealed class RequestSeriesTests
{
    [Fact]
    public void Of_Nothing_IsEmpty() => Assert.Empty(RequestSeries.Of([], TimeSpan.Zero).Buckets);

    [Fact]
    public void Of_ARun_CountsEveryOperationOnce()
    {
        var operations = Operations();

        var series = RequestSeries.Of(operations, Fault);

        Assert.Equal(operations.Count, series.Buckets.Sum(b => b.Total()));
        Assert.Equal(operations.Count(o => o.Outcome == Outcome.Degraded), series.Buckets.Sum(b => b.Degraded));
        Assert.Equal(3, series.Buckets.Sum(b => b.Failed));
    }

    [Fact]
    public void Of_OperationsAroundTheFault_FallOnItsTwoSidesByTheirEnd()
    {
        var series = RequestSeries.Of([Request(1, 9.999), Request(9.9, 10, Outcome.Failed), Request(10, 10.2, Outcome.Degraded)], TimeSpan.FromSeconds(10));

        Assert.Equal(0.25, series.BucketSeconds);
        Assert.Equal(
            [new SeriesBucket(-0.25, 1, 0, 0, 8999, 8999), new SeriesBucket(0, 0, 1, 1, 100, 200)],
            series.Buckets);
    }

    [Fact]
    public void Of_AnInterval_WithoutRequests_HasBucketsWithoutLatency()
    {
        var series = RequestSeries.Of([Request(0, 0.1), Request(1, 1.1)], TimeSpan.Zero);

        Assert.Equal([0, 0.25, 0.5, 0.75, 1], series.Buckets.Select(b => b.AtSeconds));
        Assert.All(series.Buckets.Skip(1).SkipLast(1), b => Assert.Equal((0, null, null), (b.Total(), b.P50Ms, b.P99Ms)));
    }

    [Fact]
    public void Of_AHundredLatencies_GivesTheirNearestRanks()
    {
        var bucket = Assert.Single(RequestSeries.Of([.. Enumerable.Range(1, 100).Select(ms => Request(0, ms / 1000d))], TimeSpan.Zero).Buckets);

        Assert.Equal((50d, 99d), (bucket.P50Ms, bucket.P99Ms));
    }

    [Theory]
    [InlineData(18, 0.25)]
    [InlineData(60, 0.5)]
    [InlineData(119, 0.5)]
    [InlineData(200, 1)]
    [InlineData(3_600, 30)]
    [InlineData(86_400 * 30, 14_400)]
    public void Of_LongerRuns_TakesLongerBucketsAndNeverTooMany(double seconds, double length)
    {
        var series = RequestSeries.Of([Request(0, 0), Request(0, seconds)], TimeSpan.Zero);

        Assert.Equal(length, series.BucketSeconds);
        Assert.InRange(series.Buckets.Count, 1, RequestSeries.MostBuckets);
        Assert.Equal(2, series.Buckets.Sum(b => b.Total()));
    }

    [Fact]
    public void Of_AShortestLength_IsKeptTo() =>
        Assert.Equal(1, RequestSeries.Of([Request(0, 0.1)], TimeSpan.Zero, TimeSpan.FromSeconds(1)).BucketSeconds);
}

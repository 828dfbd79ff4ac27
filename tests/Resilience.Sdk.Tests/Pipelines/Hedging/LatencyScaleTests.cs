using Resilience.Pipelines.Hedging;

namespace Resilience.Sdk.Tests.Pipelines.Hedging;

public sealed class LatencyScaleTests
{
    [Fact]
    public void Bucket_AllMagnitudes_IsInOrderAndItsMiddleIsNear()
    {
        var last = 0;
        for (var ticks = 1.0; ticks < TimeSpan.FromHours(1).Ticks; ticks *= 1.003)
        {
            var latency = TimeSpan.FromTicks((long)ticks);
            var bucket = LatencyScale.Bucket(latency);
            Assert.InRange(bucket, last, Math.Min(last + 1, LatencyScale.Buckets - 1));
            last = bucket;
            Assert.InRange(LatencyScale.Middle(bucket), (latency * 0.937) - TimeSpan.FromMicroseconds(0.51), (latency * 1.063) + TimeSpan.FromMicroseconds(0.51));
        }
    }

    [Theory]
    [InlineData(long.MinValue, 0)]
    [InlineData(-1, 0)]
    [InlineData(0, 0)]
    [InlineData(long.MaxValue, LatencyScale.Buckets - 1)]
    public void Bucket_OutOfScale_IsTheNearest(long ticks, int expected) => Assert.Equal(expected, LatencyScale.Bucket(TimeSpan.FromTicks(ticks)));
}

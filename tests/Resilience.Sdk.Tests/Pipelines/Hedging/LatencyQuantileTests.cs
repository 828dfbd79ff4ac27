using Resilience.Pipelines.Hedging;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Pipelines.Hedging;

public sealed class LatencyQuantileTests
{
    private readonly ManualTimeProvider _time = new();

    [Theory]
    [InlineData(0.5, 20)]
    [InlineData(0.95, 100)]
    [InlineData(0.99, 500)]
    [InlineData(0.999, 5000)]
    public void Estimate_TooFewSamples_IsUnknown(double quantile, int enough)
    {
        var latencies = new LatencyQuantile(_time);
        Record(latencies, TimeSpan.FromMilliseconds(5), enough - 1);
        Assert.Null(latencies.Estimate(quantile));

        Record(latencies, TimeSpan.FromMilliseconds(5), 1);

        Assert.NotNull(latencies.Estimate(quantile));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Estimate_AnyDistribution_IsWithinATenth(int seed)
    {
        var random = new Random(seed);
        foreach (var quantile in new[] { 0.5, 0.9, 0.95, 0.99 })
        {
            // Uniform, exponential, heavy-tailed, and of two modes.
            Func<double>[] distributions =
            [
                () => 1 + (random.NextDouble() * 99),
                () => -20 * Math.Log(1 - random.NextDouble()),
                () => 5 / Math.Pow(1 - random.NextDouble(), 0.7),
                () => (random.Next(10) == 0 ? 900 : 3) * (1 + random.NextDouble()),
            ];
            foreach (var (index, draw) in distributions.Index())
            {
                var latencies = new LatencyQuantile(_time);
                var drawn = Enumerable.Range(0, 5000).Select(_ => TimeSpan.FromMilliseconds(draw())).ToList();
                drawn.ForEach(latencies.Record);

                var exact = drawn.Order().ElementAt((int)Math.Ceiling(quantile * drawn.Count) - 1);
                Assert.True(
                    latencies.Estimate(quantile) is { } estimate && Math.Abs((estimate / exact) - 1) <= 0.1,
                    $"seed {seed}, distribution {index}, quantile {quantile}: {latencies.Estimate(quantile)} for {exact}");
            }
        }
    }

    [Fact]
    public void Estimate_LatencyChanges_ForgetsTheOldAfterTheWindow()
    {
        var latencies = new LatencyQuantile(_time);
        Record(latencies, TimeSpan.FromSeconds(1), 1000);
        _time.Advance(LatencyQuantile.HalfWindow);
        Record(latencies, TimeSpan.FromMilliseconds(1), 1000);
        Assert.Equal(1, latencies.Estimate(0.95)!.Value.TotalSeconds, tolerance: 0.1);

        _time.Advance(LatencyQuantile.HalfWindow);

        Assert.Equal(1, latencies.Estimate(0.95)!.Value.TotalMilliseconds, tolerance: 0.1);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(90)]
    [InlineData(3600)]
    public void Estimate_AfterAPause_KnowsNothing(int seconds)
    {
        var latencies = new LatencyQuantile(_time);
        Record(latencies, TimeSpan.FromSeconds(1), 1000);

        _time.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Null(latencies.Estimate(0.95));
    }

    [Fact]
    public void Estimate_ManyRotations_CountsOnlyTheLastTwoHalves()
    {
        var latencies = new LatencyQuantile(_time);
        for (var half = 0; half < 50; half++)
        {
            Record(latencies, TimeSpan.FromMilliseconds(half + 1), 60);
            Assert.Equal(half == 0, latencies.Estimate(0.95) is null);
            Assert.True(half == 0 || Math.Abs((latencies.Estimate(0.95)!.Value.TotalMilliseconds / (half + 1)) - 1) <= 0.1);
            _time.Advance(LatencyQuantile.HalfWindow);
        }
    }

    [Fact]
    public async Task Record_ManyThreads_LosesNone()
    {
        var latencies = new LatencyQuantile(_time);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => Record(latencies, TimeSpan.FromMilliseconds(i < 4 ? 1 : 100), 10_000))));

        // Exactly half of them are short, so that one lost would show.
        Assert.InRange(latencies.Estimate(0.5)!.Value.TotalMilliseconds, 0.9, 1.1);
        Assert.InRange(latencies.Estimate(0.5 + 1e-5)!.Value.TotalMilliseconds, 90, 110);
    }

    [Fact]
    public void Record_AllocatesNothing()
    {
        var latencies = new LatencyQuantile(TimeProvider.System);
        Record(latencies, TimeSpan.FromMilliseconds(1), 100);
        _ = latencies.Estimate(0.95);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Record(latencies, TimeSpan.FromMilliseconds(1), 10_000);
        _ = latencies.Estimate(0.95);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Record(LatencyQuantile latencies, TimeSpan latency, int count)
    {
        for (var i = 0; i < count; i++)
        {
            latencies.Record(latency);
        }
    }
}

using Resilience.Pipelines;
using Resilience.Pipelines.CircuitBreaker;

namespace Resilience.Sdk.Tests.Pipelines.CircuitBreaker;

public sealed class BreakDurationTests
{
    [Fact]
    public void Reopening_DoublesTheBreakUpToTheMaximum()
    {
        var harness = new BreakerHarness().Opened();
        var breaks = new List<double>();
        for (var i = 0; i < 7; i++)
        {
            breaks.Add(harness.Snapshot.OpenFor.TotalSeconds);
            harness.Clock.Advance(harness.Snapshot.OpenFor);
            harness.Call(CallResult.Failure);
        }

        // At the cap the spread goes downwards only: half of it below.
        Assert.Equal([30, 60, 120, 240, 285, 285, 285], breaks);
    }

    [Theory]
    [InlineData(0, 27)]
    [InlineData(0.5, 30)]
    [InlineData(0.999999, 33)]
    public void Break_IsSpreadByTenPercent(double draw, double seconds)
    {
        var harness = new BreakerHarness(random: new FixedRandom(draw)).Opened();

        Assert.Equal(seconds, harness.Snapshot.OpenFor.TotalSeconds, 0.001);
    }

    [Fact]
    public void Break_OfAnyLength_StaysWithinItsBounds()
    {
        const int seed = 20250101;
        var random = new Random(seed);
        for (var i = 0; i < 500; i++)
        {
            var options = new CircuitBreakerOptions
            {
                BreakDuration = TimeSpan.FromMilliseconds(random.Next(100, 3_600_000)),
                MaxBreakDuration = TimeSpan.FromHours(1 + (23 * random.NextDouble())),
            };
            var durations = new BreakDurations(random);
            for (var opening = 0; opening < 40; opening++)
            {
                var length = durations.Next_NeedsLock(options, closedFor: null);
                Assert.True(
                    length >= options.BreakDuration * 0.8999999 && length <= options.MaxBreakDuration,
                    $"Seed {seed}, round {i}, opening {opening}: {length} for {options}.");
            }
        }
    }

    [Fact]
    public void Breaks_OfManyReplicas_Differ()
    {
        var breaks = Enumerable.Range(0, 100).Select(seed => new BreakerHarness(random: new Random(seed)).Opened().Snapshot.OpenFor).ToHashSet();

        Assert.True(breaks.Count > 95, $"Only {breaks.Count} of 100 differ.");
        Assert.True(breaks.Max() - breaks.Min() > TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Break_WithoutGrowth_IsAlwaysAsLong()
    {
        var harness = new BreakerHarness(new CircuitBreakerOptions { MaxBreakDuration = TimeSpan.FromSeconds(30) }).Due();

        harness.Call(CallResult.Failure);

        Assert.Equal(28.5, harness.Snapshot.OpenFor.TotalSeconds);
    }

    [Theory]
    [InlineData(0, 120)]
    [InlineData(59, 120)]
    [InlineData(60, 30)]
    public void Growth_IsForgottenOnceClosedAsLongAsTheLastBreak(double closedSeconds, double expected)
    {
        var harness = new BreakerHarness().Due();
        harness.Call(CallResult.Failure);
        Assert.Equal(60, harness.Snapshot.OpenFor.TotalSeconds);
        harness.Advance(60);
        harness.Calls(3, CallResult.Success);
        harness.Advance(closedSeconds);

        harness.Opened();

        Assert.Equal(expected, harness.Snapshot.OpenFor.TotalSeconds);
    }

    [Theory]
    [InlineData(29.9, 4)]
    [InlineData(30, 2)]
    public void Growth_IsKeptForTheSamplingDurationAtLeast(double closedSeconds, double expected)
    {
        var harness = new BreakerHarness(new CircuitBreakerOptions { BreakDuration = TimeSpan.FromSeconds(2) }).Due();
        harness.Calls(3, CallResult.Success);
        harness.Advance(closedSeconds);

        harness.Opened();

        Assert.Equal(expected, harness.Snapshot.OpenFor.TotalSeconds);
    }

    [Fact]
    public void WallClock_SetBackOrForward_ChangesNothing()
    {
        var harness = new BreakerHarness().Opened();

        harness.Clock.ShiftWallClock(TimeSpan.FromDays(1));
        Assert.False(harness.Enter().Admitted);

        harness.Clock.ShiftWallClock(TimeSpan.FromDays(-2));
        harness.Advance(30);
        Assert.True(harness.Enter().IsTrial);
    }
}

using Resilience.Pipelines.Hedging;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Pipelines.Hedging;

public sealed class HedgeDelayTests
{
    private static readonly HedgingOptions Options = new() { Enabled = true };
    private readonly ManualTimeProvider _time = new();
    private readonly LatencyQuantile _latencies;
    private readonly HedgeDelay _delay;

    public HedgeDelayTests()
    {
        _latencies = new LatencyQuantile(_time);
        _delay = new HedgeDelay(_latencies, _time);
    }

    [Fact]
    public void Delay_SwitchedOff_IsNone() => Assert.Null(_delay.Delay(Options with { Enabled = false, Delay = TimeSpan.FromSeconds(1) }));

    [Fact]
    public void Delay_Fixed_IsThatFromTheFirstCall() =>
        Assert.Equal(TimeSpan.FromMilliseconds(1), _delay.Delay(Options with { Delay = TimeSpan.FromMilliseconds(1), MinDelay = TimeSpan.FromSeconds(1) }));

    [Fact]
    public void Delay_NothingKnown_IsNone() => Assert.Null(_delay.Delay(Options));

    [Fact]
    public void Delay_Known_IsThePercentileButNotBelowTheLeast()
    {
        Record(200);

        Assert.InRange(_delay.Delay(Options)!.Value.TotalMilliseconds, 180, 220);
        Assert.Equal(TimeSpan.FromSeconds(1), _delay.Delay(Options with { MinDelay = TimeSpan.FromSeconds(1) }));
    }

    [Fact]
    public void Delay_LatencyRises_FollowsWithinAQuarterSecond()
    {
        Record(20);
        Assert.InRange(_delay.Delay(Options)!.Value.TotalMilliseconds, 18, 22);
        Record(200);
        Assert.InRange(_delay.Delay(Options)!.Value.TotalMilliseconds, 18, 22);

        _time.Advance(TimeSpan.FromMilliseconds(250));

        Assert.InRange(_delay.Delay(Options)!.Value.TotalMilliseconds, 180, 220);
    }

    [Fact]
    public void Delay_PercentileChanges_IsEstimatedAnew()
    {
        Record(20);
        Record(200);
        Assert.InRange(_delay.Delay(Options)!.Value.TotalMilliseconds, 180, 220);

        Assert.InRange(_delay.Delay(Options with { DelayPercentile = 0.5 })!.Value.TotalMilliseconds, 18, 22);
    }

    [Fact]
    public void Delay_BetweenRenewals_AllocatesNothing()
    {
        Record(20);
        _delay.Delay(Options);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            _delay.Delay(Options);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    public static TheoryData<HedgingOptions, string> Invalid => new()
    {
        { new HedgingOptions(), "" },
        { new HedgingOptions { Delay = TimeSpan.Zero, MinDelay = TimeSpan.Zero, DelayPercentile = 0.5 }, "" },
        { new HedgingOptions { DelayPercentile = 95, MaxHedgedAttempts = 0 }, "DelayPercentile=95 MaxHedgedAttempts=0" },
        { new HedgingOptions { DelayPercentile = double.NaN, MinDelay = TimeSpan.FromMinutes(2) }, "DelayPercentile=NaN MinDelay=00:02:00" },
        { new HedgingOptions { Delay = TimeSpan.FromTicks(-1) }, "Delay=-00:00:00.0000001" },
    };

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Problems_Options_AllAtOnce(HedgingOptions options, string expected) =>
        Assert.Equal(expected, string.Join(' ', HedgingOptionsValidator.Problems(options).Select(problem => $"{problem.Key}={problem.Value}")));

    private void Record(double milliseconds)
    {
        for (var i = 0; i < 500; i++)
        {
            _latencies.Record(TimeSpan.FromMilliseconds(milliseconds));
        }
    }
}

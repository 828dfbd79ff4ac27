using Resilience.Health.Watchdog;

namespace Resilience.Sdk.Tests.Health.Watchdog;

public sealed class PoolGaugeTests
{
    private readonly Queue<Action> _pool = [];
    private long _completed;

    [Fact]
    public void Look_PoolIsQuick_NoLag()
    {
        var gauge = Make();
        for (var i = 0; i < 10; i++)
        {
            Assert.InRange(gauge.Look(Seconds(i * 0.25)).Lag, TimeSpan.Zero, Seconds(0.25));
            RunAll();
        }
    }

    [Fact]
    public void Look_ItemWaits_LagGrowsAndOnlyOneItemIsQueued()
    {
        var gauge = Make();
        for (var second = 0; second <= 40; second++)
        {
            _completed++;
            Assert.Equal((Seconds(second), TimeSpan.Zero), gauge.Look(Seconds(second)));
        }

        Assert.Single(_pool);
    }

    [Fact]
    public void Look_NothingIsFinished_StandstillGrowsToo()
    {
        var gauge = Make();
        gauge.Look(Seconds(0));
        for (var second = 1; second <= 40; second++)
        {
            Assert.Equal((Seconds(second), Seconds(second)), gauge.Look(Seconds(second)));
        }
    }

    [Fact]
    public void Look_ItemRunsAtLast_IsQuickAgain()
    {
        var gauge = Make();
        gauge.Look(Seconds(0));
        gauge.Look(Seconds(10));
        RunAll();
        gauge.Look(Seconds(10.25));
        RunAll();

        Assert.Equal((Seconds(0.25), TimeSpan.Zero), gauge.Look(Seconds(10.5)));
    }

    [Fact]
    public void RealPool_IsMeasured()
    {
        var gauge = new PoolGauge();
        gauge.Look(Seconds(0));
        SpinWait.SpinUntil(() => gauge.Look(Seconds(1)).Idle == TimeSpan.Zero, TimeSpan.FromSeconds(30));

        Assert.Equal(TimeSpan.Zero, gauge.Look(Seconds(1)).Idle);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private PoolGauge Make() => new(_pool.Enqueue, () => _completed);

    private void RunAll()
    {
        while (_pool.TryDequeue(out var item))
        {
            item();
            _completed++;
        }
    }
}

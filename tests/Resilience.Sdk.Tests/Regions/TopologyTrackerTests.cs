using Microsoft.Extensions.Logging.Abstractions;
using Resilience.Internal;
using Resilience.Postgres;
using Resilience.Regions;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Regions;

public sealed class TopologyTrackerTests
{
    [Fact]
    public async Task Ageing_ProbesMissing_RegionBecomesUnknown()
    {
        var time = new ManualTimeProvider();
        using var tracker = await StartAsync(time);

        for (var i = 0; i < 8; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
        }

        await Eventually(() => tracker.Current.Topology["east"].Condition == RegionCondition.Unknown);
    }

    [Fact]
    public async Task Ageing_ProcessOverslept_NothingIsConcludedFromIt()
    {
        var time = new StutteringTime();
        using var tracker = await StartAsync(time);

        time.JumpAndFire(TimeSpan.FromSeconds(60));
        tracker.Observe(new ProbeFailed("west", TimeSpan.FromSeconds(61), TimeSpan.FromSeconds(61), new RegionFailure(RegionFailureKind.Unreachable, "gone")));

        await Eventually(() => tracker.Current.Topology["west"].Condition == RegionCondition.Unreachable);
        Assert.Equal(RegionCondition.Standby, tracker.Current.Topology["east"].Condition);
    }

    private static async Task<TopologyTracker> StartAsync(TimeProvider time)
    {
        var clock = new MonotonicClock(time);
        var tracker = new TopologyTracker(RegionTopology.Create(["east", "west"]), TopologyRules.Default, clock, () => new HoldState(HoldDecision.None), new Deaf(), NullLogger.Instance);
        _ = Task.Run(() => tracker.RunAsync(CancellationToken.None));
        tracker.Observe(new ServerReported("east", clock.Now, clock.Now, new ServerReport(true, false, 1, null, 1, null, TimeSpan.Zero)));
        await Eventually(() => tracker.Current.Topology["east"].Condition == RegionCondition.Standby);
        return tracker;
    }

    private static async Task Eventually(Func<bool> condition)
    {
        for (var i = 0; i < 1000 && !condition(); i++)
        {
            await Task.Yield();
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        Assert.True(condition());
    }

    private sealed class Deaf : ITopologyListener
    {
        public void Changing(TopologyChange change)
        {
            // Nothing to do.
        }

        public void Changed(RegionTopology before, TopologyChange change)
        {
            // Nothing to do.
        }
    }

    /// <summary>A clock whose timers come late, as in a process that was starved.</summary>
    private sealed class StutteringTime : TimeProvider
    {
        private TimerCallback? _callback;
        private long _now;

        public override long GetTimestamp() => Volatile.Read(ref _now);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _callback = callback;
            return new Timer();
        }

        public void JumpAndFire(TimeSpan by)
        {
            Interlocked.Add(ref _now, by.Ticks);
            _callback!(null);
        }

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
                // Nothing runs.
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}

using Resilience.Health.Watchdog;
using Resilience.Internal;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Health.Watchdog;

public sealed class WakingClockTests
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Wake_OnTime_TimePasses()
    {
        var clock = new WakingClock(new MonotonicClock(_time), Period);
        for (var i = 0; i < 8; i++)
        {
            _time.Advance(Period);
            clock.Wake();
        }

        Assert.Equal(TimeSpan.FromSeconds(2), clock.Now);
    }

    [Fact]
    public void Wake_ProcessWasStopped_ThatTimeDoesNotCount()
    {
        var clock = new WakingClock(new MonotonicClock(_time), Period);
        _time.Advance(Period);
        clock.Wake();
        _time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(2 * Period, clock.Wake());
    }

    [Fact]
    public void Heartbeat_ProcessWasStopped_IsNotOverdue()
    {
        var clock = new WakingClock(new MonotonicClock(_time), Period);
        var heartbeats = new Heartbeats();
        using var beat = heartbeats.Register("loop", TimeSpan.FromSeconds(2), vital: true);
        Assert.Empty(heartbeats.Silent(clock.Wake()));
        _time.Advance(TimeSpan.FromMinutes(5));

        Assert.Empty(heartbeats.Silent(clock.Wake()));
    }
}

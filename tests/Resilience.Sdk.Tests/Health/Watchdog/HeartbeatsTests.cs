using Resilience.Health.Watchdog;

namespace Resilience.Sdk.Tests.Health.Watchdog;

public sealed class HeartbeatsTests
{
    private readonly Heartbeats _heartbeats = new();

    [Fact]
    public void Silent_LongerThanAllowed_IsNamed()
    {
        using var beat = _heartbeats.Register("loop", TimeSpan.FromSeconds(2), vital: true);

        Assert.Empty(_heartbeats.Silent(TimeSpan.FromSeconds(0)));
        Assert.Empty(_heartbeats.Silent(TimeSpan.FromSeconds(2)));
        Assert.Equal(new SilentHeartbeat("loop", IsVital: true), Assert.Single(_heartbeats.Silent(TimeSpan.FromSeconds(2.1))));

        beat.Beat();
        Assert.Empty(_heartbeats.Silent(TimeSpan.FromSeconds(3)));
    }

    [Fact]
    public void Disposed_IsNotWatched()
    {
        _heartbeats.Register("loop", TimeSpan.FromSeconds(2)).Dispose();
        _heartbeats.Silent(TimeSpan.Zero);

        Assert.Empty(_heartbeats.Silent(TimeSpan.FromDays(1)));
    }

    [Fact]
    public void Register_Wrong_SaysWhatIsAllowed()
    {
        Assert.Throws<ArgumentException>(() => _heartbeats.Register(" ", TimeSpan.FromSeconds(2)));
        Assert.Contains("100", Assert.Throws<ArgumentException>(() => _heartbeats.Register(new string('x', 101), TimeSpan.FromSeconds(2))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => _heartbeats.Register("loop", TimeSpan.FromMilliseconds(999)));
    }

    [Fact]
    public void Beat_AllocatesNothing()
    {
        using var beat = _heartbeats.Register("loop", TimeSpan.FromSeconds(2));
        beat.Beat();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            beat.Beat();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}

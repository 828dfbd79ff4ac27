using Resilience.Health.Watchdog;

namespace Resilience.Sdk.Tests.Health.Watchdog;

public sealed class ProcessRulesTests
{
    private static readonly WatchdogOptions Options = new() { MemoryCeiling = 0.95 };

    [Theory]
    [InlineData(0.9, 0, "")]
    [InlineData(1.1, 0, "impaired thread-pool-slow")]
    [InlineData(5.1, 0, "unfit thread-pool-starved")]
    [InlineData(31, 0, "unfit thread-pool-starved")]
    [InlineData(31, 29, "unfit thread-pool-starved")]
    [InlineData(31, 31, "dead thread-pool-frozen, unfit thread-pool-starved")]
    [InlineData(0, 31, "")]
    public void Pool_LagAndStandstill(double lagSeconds, double idleSeconds, string says) =>
        Assert.Equal(says, Judge(new() { PoolLag = TimeSpan.FromSeconds(lagSeconds), PoolIdle = TimeSpan.FromSeconds(idleSeconds) }));

    [Theory]
    [InlineData(null, null, "")]
    [InlineData(0.89, null, "")]
    [InlineData(0.91, null, "impaired memory")]
    [InlineData(0.99, 29.0, "impaired memory")]
    [InlineData(0.99, 31.0, "dead memory-ceiling")]
    public void Memory_ShareAndHowLong(double? share, double? aboveSeconds, string says) => Assert.Equal(
        says, Judge(new() { Memory = share, MemoryAboveCeiling = aboveSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null }));

    [Theory]
    [InlineData(1.0, null, "impaired listener-silent")]
    [InlineData(31.0, null, "dead listener-dead")]
    [InlineData(null, 1.0, "impaired listener-silent")]
    [InlineData(null, 31.0, "dead listener-dead")]
    public void Listener_RefusesOrIsSilent(double? refuses, double? silent, string says) => Assert.Equal(says, Judge(new()
    {
        ListenerRefuses = refuses is { } one ? TimeSpan.FromSeconds(one) : null,
        ListenerSilent = silent is { } other ? TimeSpan.FromSeconds(other) : null,
    }));

    [Fact]
    public void Heartbeats_OnlyVitalOnesKill() => Assert.Equal(
        "dead heartbeat:drain, impaired heartbeat:report",
        Judge(new() { Silent = [new SilentHeartbeat("drain", IsVital: true), new SilentHeartbeat("report", IsVital: false)] }));

    private static string Judge(ProcessSample sample)
    {
        var health = ProcessRules.Judge(sample, Options);
        return string.Join(", ", [.. health.Dead.Select(one => $"dead {one}"), .. health.Unfit.Select(one => $"unfit {one}"), .. health.Impaired.Select(one => $"impaired {one}")]);
    }
}

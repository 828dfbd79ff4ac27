using System.Collections.Immutable;

namespace Resilience.Health.Watchdog;

/// <summary>The only place that decides what the watchdog's measurements mean. No dependency is among them.</summary>
internal static class ProcessRules
{
    public static ProcessHealth Judge(ProcessSample sample, WatchdogOptions options)
    {
        var dead = ImmutableArray.CreateBuilder<string>();
        var unfit = ImmutableArray.CreateBuilder<string>();
        var impaired = ImmutableArray.CreateBuilder<string>();

        if (sample.PoolLag > options.PoolFrozen && sample.PoolIdle > options.PoolFrozen)
        {
            dead.Add("thread-pool-frozen");
        }

        if (sample.PoolLag > options.PoolLagUnready)
        {
            unfit.Add("thread-pool-starved");
        }
        else if (sample.PoolLag > options.PoolLagDegraded)
        {
            impaired.Add("thread-pool-slow");
        }

        if (sample.ListenerRefuses > options.ListenerDead || sample.ListenerSilent > options.ListenerDead)
        {
            dead.Add("listener-dead");
        }
        else if (sample.ListenerRefuses is not null || sample.ListenerSilent is not null)
        {
            impaired.Add("listener-silent");
        }

        if (sample.MemoryAboveCeiling > options.MemoryCeilingFor)
        {
            dead.Add("memory-ceiling");
        }
        else if (sample.Memory > options.MemoryDegraded)
        {
            impaired.Add("memory");
        }

        foreach (var heartbeat in sample.Silent)
        {
            (heartbeat.IsVital ? dead : impaired).Add($"heartbeat:{heartbeat.Name}");
        }

        return new ProcessHealth(dead.ToImmutable(), unfit.ToImmutable(), impaired.ToImmutable());
    }
}

namespace Resilience.Health.Watchdog;

/// <summary>Gathers what there is to know of the process itself, a round at a time. One thread calls <see cref="Look"/>; anybody reads <see cref="Current"/>.</summary>
internal sealed class ProcessWatch(WakingClock clock, PoolGauge pool, MemoryGauge memory, Heartbeats heartbeats, ListenerWatch listener, Func<WatchdogOptions> options)
{
    private Lasting _aboveCeiling;
    private Lasting _refusing;
    private Lasting _silent;
    private ProcessHealth _current = ProcessHealth.Fine;
    private ProcessSample _sample = new();

    public ProcessHealth Current => Volatile.Read(ref _current);

    /// <summary>What <see cref="Current"/> rests on.</summary>
    public ProcessSample Sample => Volatile.Read(ref _sample);

    public void Look()
    {
        var rules = options();
        var now = clock.Wake();
        var (lag, idle) = pool.Look(now);
        var used = memory.Look();
        var last = listener.Last;
        var sample = new ProcessSample
        {
            PoolLag = lag,
            PoolIdle = idle,
            Memory = used,
            MemoryAboveCeiling = _aboveCeiling.For(used >= rules.MemoryCeiling, now),
            ListenerRefuses = _refusing.For(last == ListenerAnswer.Refused, now),

            // An answer takes a thread of the pool, and a pool that is busy is told of elsewhere.
            ListenerSilent = _silent.For(last == ListenerAnswer.Silent && lag <= rules.PoolLagDegraded, now),
            Silent = heartbeats.Silent(now),
        };
        Volatile.Write(ref _sample, sample);
        Volatile.Write(ref _current, ProcessRules.Judge(sample, rules));
    }
}

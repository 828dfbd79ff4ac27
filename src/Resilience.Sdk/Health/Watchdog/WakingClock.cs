using Resilience.Internal;

namespace Resilience.Health.Watchdog;

/// <summary>
/// Time during which this process could run at all. Whenever the watchdog wakes much later than it meant to, the whole
/// process was not scheduled (a busy machine, SIGSTOP, a suspended virtual machine), and that time counts for nothing:
/// neither work nor heartbeats could be on time. One thread.
/// </summary>
internal sealed class WakingClock(MonotonicClock clock, TimeSpan period)
{
    // Timers are late by a tick or two on a healthy machine.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(250);
    private TimeSpan _woke = clock.Now;
    private TimeSpan _slept;

    /// <summary>Waking time at the last <see cref="Wake"/>.</summary>
    public TimeSpan Now => _woke - _slept;

    /// <summary>Called at the beginning of each round.</summary>
    public TimeSpan Wake()
    {
        var now = clock.Now;
        var late = now - _woke - period;
        if (late > Tolerance)
        {
            _slept += late;
        }

        _woke = now;
        return Now;
    }
}

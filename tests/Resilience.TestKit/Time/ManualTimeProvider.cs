using Resilience.TestKit.Time;

namespace Resilience.TestKit;

/// <summary>A clock that stands still until a test advances it.</summary>
/// <remarks>
/// <para>Safe for concurrent use. Timers fire inside <see cref="Advance"/>, on its thread, in the order of their due
/// times (equal ones in the order in which they were set); inside a callback the clock shows the due time. Callbacks may
/// create, change and dispose of timers and advance the clock. A timer that is due at once fires in the next
/// <see cref="Advance"/>, be it by zero: a callback never runs inside the call that sets the timer.</para>
/// <para>Continuations of awaited delays run inside <see cref="Advance"/> up to their next incomplete await. Where code
/// under test goes on elsewhere, wait with <see cref="WhenTimersReach"/> until it has set its next timer.</para>
/// </remarks>
public sealed class ManualTimeProvider : TimeProvider
{
    // Held while an Advance runs, callbacks included, so that two of them follow each other; it is re-entrant for an
    // Advance inside a callback. Nothing else takes it: timers and readings only take _gate, never held in callbacks.
    private readonly Lock _advancing = new();
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _armed = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];
    private readonly DateTimeOffset _start;
    private TimeSpan _elapsed;
    private TimeSpan _wallClockShift;
    private long _order;

    /// <summary>Creates a clock that shows 2025-01-01 00:00 UTC.</summary>
    public ManualTimeProvider()
        : this(new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>Creates a clock that shows the given time.</summary>
    /// <param name="start">The first reading.</param>
    public ManualTimeProvider(DateTimeOffset start) => _start = start.ToUniversalTime();

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>The time until each set timer fires, shortest first.</summary>
    public IReadOnlyList<TimeSpan> Timers
    {
        get
        {
            lock (_gate)
            {
                return [.. _armed.Select(t => t.Due - _elapsed).Order()];
            }
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _start + _elapsed + _wallClockShift;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return _elapsed.Ticks;
        }
    }

    /// <summary>Moves the clock and fires each timer that comes due, at its due time.</summary>
    /// <param name="by">How far; zero fires what is due already.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="by"/> is negative.</exception>
    /// <remarks>
    /// An exception of a callback leaves this method; the clock then stands at that timer's due time and the others remain
    /// set. A call from another thread waits until this one is done.
    /// </remarks>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        lock (_advancing)
        {
            TimeSpan goal;
            lock (_gate)
            {
                goal = _elapsed + by;
            }

            while (TakeNext(goal) is { } timer)
            {
                timer.Fire();
            }
        }
    }

    /// <summary>Moves what <see cref="GetUtcNow"/> shows, but neither timestamps nor timers, as a corrected system clock does.</summary>
    /// <param name="by">How far; negative sets the clock back.</param>
    public void ShiftWallClock(TimeSpan by)
    {
        lock (_gate)
        {
            _wallClockShift += by;
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Waits until at least so many timers are set, for instance until the code under test has begun its delay.</summary>
    /// <param name="count">The number of timers.</param>
    /// <returns>A task that completes at once if so many are set already; bound it with <c>WaitAsync</c>.</returns>
    public Task WhenTimersReach(int count)
    {
        lock (_gate)
        {
            if (_armed.Count >= count)
            {
                return Task.CompletedTask;
            }

            // The waiting test must not run inside the lock, nor inside the code under test.
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((count, reached));
            return reached.Task;
        }
    }

    internal bool Set(ManualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            if (timer.IsDisposed)
            {
                return false;
            }

            _armed.Remove(timer);
            timer.Period = period;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                Arm_NeedsLock(timer, _elapsed + dueTime);
            }

            return true;
        }
    }

    internal void Remove(ManualTimer timer)
    {
        lock (_gate)
        {
            timer.IsDisposed = true;
            _armed.Remove(timer);
        }
    }

    // Null once nothing is due any more; the clock then shows the goal.
    private ManualTimer? TakeNext(TimeSpan goal)
    {
        lock (_gate)
        {
            var next = _armed.MinBy(t => (t.Due, t.Order));
            if (next is null || next.Due > goal)
            {
                _elapsed = _elapsed > goal ? _elapsed : goal;
                return null;
            }

            // A nested Advance may have passed the due time of a timer that was set late.
            _elapsed = _elapsed > next.Due ? _elapsed : next.Due;
            _armed.Remove(next);
            if (next.Period > TimeSpan.Zero)
            {
                Arm_NeedsLock(next, next.Due + next.Period);
            }

            return next;
        }
    }

    private void Arm_NeedsLock(ManualTimer timer, TimeSpan due)
    {
        timer.Due = due;
        timer.Order = _order++;
        _armed.Add(timer);
        foreach (var (_, reached) in _waiters.Where(w => w.Count <= _armed.Count))
        {
            reached.SetResult();
        }

        _waiters.RemoveAll(w => w.Count <= _armed.Count);
    }
}

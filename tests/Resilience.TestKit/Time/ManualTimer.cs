namespace Resilience.TestKit.Time;

/// <summary>A timer of <see cref="ManualTimeProvider"/>, which guards its state.</summary>
internal sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
{
    // As the system's timers do: the callback sees the async-locals of who made the timer, not of who advances the clock.
    private readonly ExecutionContext? _context = ExecutionContext.Capture();

    public TimeSpan Due { get; set; }

    public long Order { get; set; }

    public TimeSpan Period { get; set; } = Timeout.InfiniteTimeSpan;

    public bool IsDisposed { get; set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        ThrowIfInvalid(dueTime, nameof(dueTime));
        ThrowIfInvalid(period, nameof(period));
        return clock.Set(this, dueTime, period);
    }

    public void Fire()
    {
        if (_context is null)
        {
            callback(state);
            return;
        }

        ExecutionContext.Run(_context, static timer => ((ManualTimer)timer!).Invoke(), this);
    }

    public void Dispose() => clock.Remove(this);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private void Invoke() => callback(state);

    private static void ThrowIfInvalid(TimeSpan value, string name)
    {
        if (value < TimeSpan.Zero && value != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(name, value, "A timer takes zero, a positive time, or Timeout.InfiniteTimeSpan for never.");
        }
    }
}

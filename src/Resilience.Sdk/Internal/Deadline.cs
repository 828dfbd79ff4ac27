namespace Resilience.Internal;

/// <summary>A moment after which waiting is of no use.</summary>
internal readonly struct Deadline(TimeSpan at, MonotonicClock clock)
{
    public static Deadline In(TimeSpan duration, MonotonicClock clock) => new(clock.Now + duration, clock);

    public TimeSpan Remaining => at - clock.Now;

    public bool IsPast => Remaining <= TimeSpan.Zero;

    /// <summary>Waits for a task that never fails.</summary>
    /// <returns>False when the deadline came first.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async ValueTask<bool> WaitAsync(Task task, CancellationToken cancellationToken)
    {
        var remaining = Remaining;
        if (remaining <= TimeSpan.Zero)
        {
            return task.IsCompleted;
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var first = await Task.WhenAny(task, Task.Delay(remaining, clock.Time, enough.Token));
        await enough.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return first == task || task.IsCompleted;
    }

    /// <summary>Waits for a while, but never past the deadline.</summary>
    public async ValueTask PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        var remaining = Remaining;
        var wait = pause < remaining ? pause : remaining;
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, clock.Time, cancellationToken);
        }
    }
}

namespace GameDay.Timing;

/// <summary>
/// One monotonic clock for the whole run. It is tied to UTC once, at the start, so that the moments of other processes on
/// this machine can be put on the same line.
/// </summary>
internal sealed class RunClock(TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private readonly DateTimeOffset _startedUtc = time.GetUtcNow();

    public TimeProvider Time => time;

    /// <summary>Since the start of the run.</summary>
    public TimeSpan Now => time.GetElapsedTime(_started);

    public DateTimeOffset ToUtc(TimeSpan moment) => _startedUtc + moment;

    public TimeSpan FromUtc(DateTimeOffset moment) => moment - _startedUtc;

    /// <summary>Waits until the moment; returns at once when it is past.</summary>
    public Task WaitUntilAsync(TimeSpan moment, CancellationToken ct)
    {
        var wait = moment - Now;

        // Timers count whole milliseconds and would otherwise end early.
        return wait > TimeSpan.Zero ? Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), time, ct) : Task.CompletedTask;
    }
}

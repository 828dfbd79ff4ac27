namespace Resilience.Health.Watchdog;

/// <summary>Measures how long work waits for a thread of the pool: an item of our own is queued, and another when it has run.</summary>
internal sealed class PoolGauge(Action<Action> queue, Func<long> completed)
{
    private bool _pending;
    private int _ran;
    private TimeSpan _queuedAt;
    private TimeSpan _lag;
    private long _lastCompleted = -1;
    private TimeSpan _progressedAt;

    /// <summary>The process's own pool.</summary>
    public PoolGauge()
        : this(static item => ThreadPool.UnsafeQueueUserWorkItem(static run => run(), item, preferLocal: false), static () => ThreadPool.CompletedWorkItemCount)
    {
    }

    /// <summary>Looks, on the watchdog's thread.</summary>
    /// <param name="now">Waking time.</param>
    public (TimeSpan Lag, TimeSpan Idle) Look(TimeSpan now)
    {
        if (_pending && Volatile.Read(ref _ran) != 0)
        {
            _pending = false;

            // It ran at some moment since the last look; the wait is known to one round.
            _lag = now - _queuedAt;
        }

        var count = completed();
        if (count != _lastCompleted || !_pending)
        {
            _lastCompleted = count;
            _progressedAt = now;
        }

        var lag = _pending ? now - _queuedAt : _lag;
        if (!_pending)
        {
            _pending = true;
            _queuedAt = now;
            Volatile.Write(ref _ran, 0);
            queue(() => Volatile.Write(ref _ran, 1));
        }

        return (lag, now - _progressedAt);
    }
}

namespace Resilience.Pipelines.Bulkhead;

/// <summary>A call that waits for a permit. The links and <see cref="State"/> belong to the limiter's lock.</summary>
internal sealed class Waiter(BulkheadLimiter limiter, CallPriority priority)
    : TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    private ITimer? _timer;
    private CancellationTokenRegistration _cancellation;

    public CallPriority Priority { get; } = priority;

    public WaiterState State { get; set; }

    public Waiter? Next { get; set; }

    public Waiter? Previous { get; set; }

    /// <summary>
    /// Starts what may end the wait. Called before the waiter is in its lane, so that whoever finds it there sees all that is
    /// to be disarmed.
    /// </summary>
    public void Arm(TimeProvider time, TimeSpan maxWait, CancellationToken cancellationToken)
    {
        _timer = time.CreateTimer(static waiter => ((Waiter)waiter!).Expire(), this, maxWait, Timeout.InfiniteTimeSpan);
        _cancellation = cancellationToken.UnsafeRegister(static (waiter, token) => ((Waiter)waiter!).Cancel(token), this);
    }

    public void Disarm()
    {
        _timer?.Dispose();

        // Not Dispose, which would wait for a callback that may be waiting for the limiter.
        _cancellation.Unregister();
    }

    private void Expire()
    {
        if (limiter.Abandon(this))
        {
            limiter.CountRejection();
            TrySetResult(false);
        }
    }

    private void Cancel(CancellationToken cancellationToken)
    {
        if (limiter.Abandon(this))
        {
            TrySetCanceled(cancellationToken);
        }
    }
}

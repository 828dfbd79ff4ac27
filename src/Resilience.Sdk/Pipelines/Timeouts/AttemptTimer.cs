namespace Resilience.Pipelines.Timeouts;

/// <summary>
/// A cancellation source with a time-out that serves one attempt after the other. Attempts nearly always end long before
/// their time-out, so the timer is not stopped and started for each of them: it is left running, and when it fires it looks
/// whether the attempt of the moment is due, and otherwise is set for when that one will be.
/// </summary>
/// <remarks>
/// <para><c>_state</c> holds the number of the rental and what became of it. Whoever wants to end a rental (the time-out,
/// the caller's token, the return) must swap that very number, and only the first succeeds. So a timer or a
/// callback that is late finds a later rental and leaves it alone, and a source that is cancelled, or about to be, is never
/// used again.</para>
/// <para>A rental publishes its state before it looks when the timer fires; the timer says that it has fired before it
/// looks at the state. So at least one of them sees the other, and no rental is left without a timer.</para>
/// </remarks>
internal sealed class AttemptTimer : IDisposable
{
    private const int StatusBits = 2;
    private const long StatusMask = (1 << StatusBits) - 1;
    private const long Idle = 0;
    private const long Running = 1;
    private const long TimedOut = 2;
    private const long CallerCancelled = 3;
    private const long Never = long.MaxValue;

    private readonly CancellationTokenSource _source = new();
    private readonly Lock _arming = new();
    private readonly AttemptTimers _pool;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private CancellationTokenRegistration _registration;
    private bool _linked;
    private long _state;
    private long _deadline = Never;
    private long _firesAt = Never;

    public AttemptTimer(AttemptTimers pool, TimeProvider time)
    {
        _pool = pool;
        _time = time;
        Token = _source.Token;

        // The timer outlives the call that happens to create it and must not hold on to that call's ambient values.
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            _timer = time.CreateTimer(static timer => ((AttemptTimer)timer!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public CancellationToken Token { get; }

    public AttemptLease Rent(TimeSpan? timeout, long now, CancellationToken caller)
    {
        var rental = (Volatile.Read(ref _state) | StatusMask) + 1 + Running;
        var deadline = timeout is { } limit ? now + _pool.ToTimestamps(limit) : Never;
        Volatile.Write(ref _deadline, deadline);
        Interlocked.Exchange(ref _state, rental);
        if (timeout <= TimeSpan.Zero)
        {
            // A timer would need a tick for what is known already.
            TryEnd(rental, TimedOut);
            return new AttemptLease(this, rental);
        }

        if (deadline < Volatile.Read(ref _firesAt))
        {
            Arm(deadline);
        }

        if (caller.CanBeCanceled)
        {
            _linked = true;
            _registration = caller.UnsafeRegister(static timer => ((AttemptTimer)timer!).OnCallerCancelled(), this);
        }

        return new AttemptLease(this, rental);
    }

    public AttemptEnd EndOf(long rental)
    {
        var state = Volatile.Read(ref _state);
        return state == Status(rental, TimedOut) ? AttemptEnd.TimedOut
            : state == Status(rental, CallerCancelled) ? AttemptEnd.CallerCancelled
            : AttemptEnd.None;
    }

    public void Return(long rental)
    {
        if (Interlocked.CompareExchange(ref _state, Status(rental, Idle), rental) != rental)
        {
            if (EndOf(rental) != AttemptEnd.None)
            {
                Dispose();
            }

            return;
        }

        // Unregister, unlike Dispose, does not wait for a callback that is running, which could be waiting for us. When
        // it comes too late to stop the callback, the callback may still come here, and this source cannot be used again.
        var alone = !_linked || _registration.Unregister();
        _linked = false;
        _registration = default;
        if (!alone || !_source.TryReset() || !_pool.TryKeep(this))
        {
            Dispose();
        }
    }

    /// <summary>Ends its use. The source is left to the collector: it holds nothing, and somebody may be cancelling it just now.</summary>
    public void Dispose()
    {
        _registration.Unregister();
        _timer.Dispose();
    }

    private static long Status(long rental, long status) => (rental & ~StatusMask) | status;

    private void OnCallerCancelled() => TryEnd(Volatile.Read(ref _state), CallerCancelled);

    private void OnTimer()
    {
        Interlocked.Exchange(ref _firesAt, Never);
        while (true)
        {
            var rental = Volatile.Read(ref _state);
            if ((rental & StatusMask) != Running)
            {
                return;
            }

            var deadline = Volatile.Read(ref _deadline);
            if (deadline == Never)
            {
                return;
            }

            if (_time.GetTimestamp() < deadline)
            {
                Arm(deadline);
                return;
            }

            // Where this fails, the attempt has ended meanwhile, and the next may have begun.
            if (TryEnd(rental, TimedOut))
            {
                return;
            }
        }
    }

    private bool TryEnd(long rental, long status)
    {
        if ((rental & StatusMask) != Running || Interlocked.CompareExchange(ref _state, Status(rental, status), rental) != rental)
        {
            return false;
        }

        _source.Cancel();
        return true;
    }

    private void Arm(long deadline)
    {
        lock (_arming)
        {
            if (deadline < _firesAt)
            {
                Volatile.Write(ref _firesAt, deadline);
                _timer.Change(_pool.ToTimer(deadline - _time.GetTimestamp()), Timeout.InfiniteTimeSpan);
            }
        }
    }
}

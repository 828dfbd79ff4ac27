namespace Resilience.Pipelines.Bulkhead;

/// <summary>
/// Limits how many calls run at once, and lets a bounded number wait by priority. The same for calls going out and requests
/// coming in: it knows nothing of what is limited. It outlives its options; a reload applies new ones to the permits that are out.
/// </summary>
/// <remarks>
/// <para>Safe for concurrent use. Permits free + out = limit + debt, always: the debt is what a shrinking limit could not take
/// back at once, and the next returns pay it. So never more than the limit is out, except what was out before it shrank.</para>
/// <para>Without waiters and debt a call takes no lock and allocates nothing. Either of them raises <c>_attention</c>; then
/// nobody takes from the stripes, and a returned permit pays the debt or goes straight to the waiter whose turn it is, so a newcomer
/// cannot overtake. No permit is lost between the two ways: who returns one first puts it into a stripe and then reads
/// <c>_attention</c>, who waits first raises it and then looks into the stripes. One of them sees the other, because both
/// writes are full fences.</para>
/// </remarks>
internal sealed class BulkheadLimiter
{
    // The two ways of a permit, through the stripes and from hand to hand, stand in one file: that none is lost between them rests on both.
    // A limiter that is switched off counts on, so that a permit from before the reload is returned to where it came from.
    private const int Unlimited = 1 << 30;
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly int _stripes;
    private readonly PermitStripes _permits;
    private readonly WaiterLanes _lanes = new();

    // Apart from the fields that every call reads: refusals come in storms, and each would take their cache line away.
    private readonly long[] _rejected = new long[1];
    private AdaptiveLimit? _adaptive;
    private int _attention;
    private int _limit;
    private int _debt;
    private int _queueLimit;

    /// <param name="options">The options to begin with; valid.</param>
    /// <param name="time">Ends waits, and is what the timestamps given to <see cref="Release(PermitOutcome, long, long)"/> come from.</param>
    /// <param name="stripes">Stripes of the permits; by default one per processor.</param>
    public BulkheadLimiter(BulkheadOptions options, TimeProvider time, int? stripes = null)
    {
        _time = time;
        _stripes = stripes ?? Environment.ProcessorCount;
        _permits = new PermitStripes(_stripes);
        Apply(options);
    }

    /// <summary>What the adaptive limit knows, for tests; null when it is fixed.</summary>
    public GradientState? Adaptive => Volatile.Read(ref _adaptive)?.State;

    /// <summary>Whether somebody waits for a permit, or the limit shrank by more than was free.</summary>
    public bool HasWaiters => Volatile.Read(ref _attention) != 0;

    /// <summary>Takes a permit if one is free and nobody waits for it.</summary>
    /// <returns>True when taken; every one of them is to be released exactly once.</returns>
    public bool TryAcquire()
    {
        if (Volatile.Read(ref _attention) == 0 && _permits.TryTake())
        {
            return true;
        }

        Volatile.Read(ref _adaptive)?.NoteRefusal();
        return false;
    }

    /// <summary>Takes a permit, and waits for one if need be.</summary>
    /// <param name="priority">Decides who is next and who is shed.</param>
    /// <param name="maxWait">The longest wait: the smaller of <see cref="BulkheadOptions.MaxQueueWait"/> and what is left of the deadline. Zero or less does not wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>True when taken, to be released exactly once; false when refused: the queue is full, a higher priority took the place, or the wait was too long.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled while waiting; no permit is held.</exception>
    public ValueTask<bool> AcquireAsync(CallPriority priority, TimeSpan maxWait, CancellationToken cancellationToken) =>
        TryAcquire() ? new ValueTask<bool>(true) : QueueAsync(priority, maxWait, cancellationToken);

    /// <summary>Returns a permit, and tells the adaptive limit how the call went.</summary>
    /// <param name="outcome">What the call says about the load.</param>
    /// <param name="startedAt">When the permit was taken, as a timestamp of the limiter's clock.</param>
    /// <param name="endedAt">When the call ended, likewise.</param>
    public void Release(PermitOutcome outcome, long startedAt, long endedAt)
    {
        Release();
        if (Volatile.Read(ref _adaptive) is { } adaptive && adaptive.Record(outcome, startedAt, endedAt))
        {
            Adapt(adaptive, outcome, endedAt);
        }
    }

    /// <summary>Returns a permit of a call that says nothing about the load; or adds one, for who keeps count of such.</summary>
    public void Release()
    {
        if (Volatile.Read(ref _attention) != 0)
        {
            HandOver();
            return;
        }

        _permits.Return();
        if (Volatile.Read(ref _attention) != 0)
        {
            Settle(null);
        }
    }

    /// <summary>
    /// Takes options over, at once: a higher limit admits waiters, a lower one takes free permits away and the others as they
    /// return. Whoever waits already may stay. An adaptive limit keeps what it knows, within the new bounds.
    /// </summary>
    /// <param name="options">Valid options.</param>
    public void Apply(BulkheadOptions options) => Settle(options);

    /// <summary>The limiter now.</summary>
    public LimiterSnapshot Snapshot()
    {
        lock (_gate)
        {
            var owned = _limit + _debt;
            return new LimiterSnapshot(_limit, Math.Clamp(owned - _permits.CountFree(), 0, owned), _lanes.Count, Interlocked.Read(ref _rejected[0]));
        }
    }

    /// <summary>Takes a waiter out whose time is over.</summary>
    /// <returns>False when its outcome was decided before; a permit it was given stays its own.</returns>
    internal bool Abandon(Waiter waiter)
    {
        lock (_gate)
        {
            if (waiter.State == WaiterState.Settled)
            {
                return false;
            }

            if (waiter.State == WaiterState.New)
            {
                // Its own thread is still arming it, and will disarm it when it finds this.
                waiter.State = WaiterState.Settled;
                return true;
            }

            _lanes.Remove(waiter);
            UpdateAttention_NeedsLock();
        }

        waiter.Disarm();
        return true;
    }

    internal void CountRejection() => Interlocked.Increment(ref _rejected[0]);

    private ValueTask<bool> QueueAsync(CallPriority priority, TimeSpan maxWait, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<bool>(cancellationToken);
        }

        if (maxWait <= TimeSpan.Zero || Volatile.Read(ref _queueLimit) == 0)
        {
            return Reject();
        }

        lock (_gate)
        {
            // Under overload this is the usual answer, so it comes before anything is allocated.
            if (_lanes.Count >= _queueLimit && !_lanes.HasBelow(priority))
            {
                return Reject();
            }
        }

        var waiter = new Waiter(this, priority);
        waiter.Arm(_time, maxWait < BulkheadOptionsValidator.LongestWait ? maxWait : BulkheadOptionsValidator.LongestWait, cancellationToken);
        Enqueue(waiter);
        return new ValueTask<bool>(waiter.Task);
    }

    private void Enqueue(Waiter waiter)
    {
        Waiter? shed = null;
        Waiter? admitted = null;
        lock (_gate)
        {
            if (waiter.State == WaiterState.Settled)
            {
                waiter.Disarm();
                return;
            }

            if (_lanes.Count >= _queueLimit && (shed = _lanes.TakeLeastBelow(waiter.Priority)) is null)
            {
                waiter.State = WaiterState.Settled;
                shed = waiter;
            }
            else
            {
                _lanes.Add(waiter);
                UpdateAttention_NeedsLock();
                admitted = Admit_NeedsLock();
            }
        }

        if (shed is not null)
        {
            CountRejection();
            shed.Disarm();
            shed.TrySetResult(false);
        }

        Complete(admitted);
    }

    private ValueTask<bool> Reject()
    {
        CountRejection();
        return new ValueTask<bool>(false);
    }

    private void HandOver()
    {
        Waiter? next = null;
        lock (_gate)
        {
            if (_debt > 0)
            {
                _debt--;
            }
            else if ((next = _lanes.TakeNext()) is null)
            {
                _permits.Return();
            }

            UpdateAttention_NeedsLock();
        }

        Complete(next);
    }

    private void Settle(BulkheadOptions? options)
    {
        Waiter? admitted;
        lock (_gate)
        {
            admitted = options is null ? Admit_NeedsLock() : Apply_NeedsLock(options);
        }

        Complete(admitted);
    }

    private Waiter? Apply_NeedsLock(BulkheadOptions options)
    {
        Volatile.Write(ref _queueLimit, options.QueueLimit);
        if (!options.Enabled || options.Mode == BulkheadMode.Fixed)
        {
            Volatile.Write(ref _adaptive, null);
            return Resize_NeedsLock(options.Enabled ? options.PermitLimit : Unlimited);
        }

        var rules = new GradientRules(options.MinLimit, options.MaxLimit);
        if (_adaptive is null)
        {
            Volatile.Write(ref _adaptive, new AdaptiveLimit(options.PermitLimit, rules, _time, _stripes));
        }
        else
        {
            _adaptive.Apply_NeedsLock(rules);
        }

        return Resize_NeedsLock(_adaptive.Limit_NeedsLock);
    }

    private void Adapt(AdaptiveLimit adaptive, PermitOutcome outcome, long now)
    {
        // A success never waits here: who finds the lock taken leaves the end of the window to the next.
        if (outcome == PermitOutcome.Overloaded)
        {
            _gate.Enter();
        }
        else if (!_gate.TryEnter())
        {
            return;
        }

        Waiter? admitted;
        try
        {
            adaptive.Advance_NeedsLock(outcome, now);

            // A reload may have made the limit fixed meanwhile.
            admitted = ReferenceEquals(adaptive, _adaptive) ? Resize_NeedsLock(adaptive.Limit_NeedsLock) : null;
        }
        finally
        {
            _gate.Exit();
        }

        Complete(admitted);
    }

    private Waiter? Resize_NeedsLock(int limit)
    {
        var more = limit - _limit;
        _limit = limit;
        if (more == 0)
        {
            return null;
        }

        var repaid = Math.Min(_debt, more);
        _debt -= repaid;
        UpdateAttention_NeedsLock();
        if (more - repaid > 0)
        {
            _permits.Add(more - repaid);
        }

        return Admit_NeedsLock();
    }

    // The chain of those who got a permit; they are told outside the lock.
    private Waiter? Admit_NeedsLock()
    {
        _debt -= _permits.Remove(_debt);
        Waiter? first = null;
        Waiter? last = null;
        while (_debt == 0 && _lanes.Count > 0 && _permits.TryTake())
        {
            var waiter = _lanes.TakeNext()!;
            first ??= waiter;
            if (last is not null)
            {
                last.Next = waiter;
            }

            last = waiter;
        }

        UpdateAttention_NeedsLock();
        return first;
    }

    private void UpdateAttention_NeedsLock() => Interlocked.Exchange(ref _attention, _lanes.Count + _debt);

    private static void Complete(Waiter? admitted)
    {
        while (admitted is not null)
        {
            var waiter = admitted;
            admitted = waiter.Next;
            waiter.Next = null;
            waiter.Disarm();
            waiter.TrySetResult(true);
        }
    }
}

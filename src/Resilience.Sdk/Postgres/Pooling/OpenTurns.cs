using Resilience.Pipelines;
using Resilience.Pipelines.Bulkhead;

namespace Resilience.Postgres.Pooling;

/// <summary>
/// Says who may open a connection of a pool now: as many callers as it has idle connections, and a few more, which make new ones.
/// The others wait in line for whichever comes first.
/// </summary>
/// <remarks>
/// <para>A server accepts so many new connections a second and no more. When hundreds of callers ask for one at once, each takes
/// longer than anybody waits; the server then works for callers that have left, and the next ones ask again (congestion collapse:
/// J. Nagle, RFC 896; HikariCP adds to its pools one connection at a time for the same reason).</para>
/// <para>Permits free + permits out = limit + lent, always: a connection that comes back while somebody waits lends one more permit,
/// which its taker does not return. How many are idle is counted here, for no pool tells it; the count may be too high after the
/// pool has closed some by itself, and the first who finds none sets it to zero.</para>
/// <para>With a rate, <see cref="OpenPace"/> keeps permits back until the next connection may be made; connections that come back
/// are no business of it.</para>
/// <para>Safe for concurrent use; without waiters it takes no lock and allocates nothing. No connection is overlooked: who brings
/// one back counts it and then looks whether anybody waits, who waits first gets in line and then looks whether any is counted.</para>
/// </remarks>
internal sealed class OpenTurns : IDisposable
{
    private readonly BulkheadLimiter _permits;
    private readonly OpenPace? _pace;
    private int _idle;
    private int _lent;

    /// <param name="mostMaking">How many may make one at once.</param>
    /// <param name="time">The clock.</param>
    /// <param name="perSecond">How many may be made a second; any number when null.</param>
    public OpenTurns(int mostMaking, TimeProvider time, double? perSecond = null)
    {
        var limit = perSecond is { } some ? OpenRate.Burst(some, mostMaking) : mostMaking;
        _permits = new BulkheadLimiter(new BulkheadOptions { PermitLimit = limit, QueueLimit = int.MaxValue }, time);
        _pace = perSecond is { } rate ? new OpenPace(_permits, mostMaking, rate, time) : null;
    }

    /// <summary>Whether connections are made at a rate.</summary>
    public bool IsPaced => _pace is not null;

    /// <summary>Whether somebody waits in line.</summary>
    public bool HasWaiters => _permits.HasWaiters;

    /// <summary>Connections that are taken for idle, for tests.</summary>
    public int Idle => Volatile.Read(ref _idle);

    /// <summary>Takes a turn if there is one and nobody waits for it.</summary>
    /// <returns>The turn; <see cref="FoundIdle"/>, or <see cref="FoundNone"/> and then <see cref="Made"/>, ends it.</returns>
    public OpenTurn TryTake() =>
        !_permits.HasWaiters && TryCountDown(ref _idle) ? OpenTurn.TakeIdle
        : _permits.TryAcquire() ? OpenTurn.Make
        : OpenTurn.None;

    /// <summary>Takes a turn, and waits for it in line.</summary>
    /// <returns>The turn, or <see cref="OpenTurn.None"/> when it took too long.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async ValueTask<OpenTurn> TakeAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        var waiting = _permits.AcquireAsync(CallPriority.Normal, longest, cancellationToken);
        Interlocked.MemoryBarrier();
        Serve();
        return !await waiting ? OpenTurn.None : TryCountDown(ref _lent) ? OpenTurn.TakeIdle : OpenTurn.Make;
    }

    /// <summary>The same, blocking the thread. It needs nothing of the thread pool, which may be what blocked callers have used up.</summary>
    public OpenTurn Take(TimeSpan longest, CancellationToken cancellationToken)
    {
        var waiting = _permits.AcquireAsync(CallPriority.Normal, longest, cancellationToken).AsTask();
        Interlocked.MemoryBarrier();
        Serve();
#pragma warning disable VSTHRD002 // Blocking is what the caller asked for.
        if (longest > TimeSpan.Zero && Task.WaitAny([waiting], longest) < 0)
        {
            _ = GiveBackAsync(waiting);
            return OpenTurn.None;
        }

        // It is completed, or is completed at once: who may not wait is refused.
        return waiting.GetAwaiter().GetResult() ? OpenTurn.Make : OpenTurn.None;
#pragma warning restore VSTHRD002
    }

    /// <summary>The pool gave a connection that was idle.</summary>
    public void FoundIdle(OpenTurn turn)
    {
        if (turn == OpenTurn.Make && !TryCountDown(ref _lent))
        {
            _permits.Release();
        }
    }

    /// <summary>The pool had no idle connection, so one is being made.</summary>
    /// <returns>The turn to make it. Whoever was wrong to expect an idle one may have none, and makes it all the same: the pool has begun.</returns>
    public OpenTurn FoundNone(OpenTurn turn)
    {
        Volatile.Write(ref _idle, 0);
        var hasTurn = turn == OpenTurn.TakeIdle ? _permits.TryAcquire() : !TryCountDown(ref _lent);
        _pace?.Begun(hasTurn);
        return hasTurn ? OpenTurn.Make : OpenTurn.TakeIdle;
    }

    /// <summary>The connection is made, or could not be.</summary>
    public void Made(OpenTurn turn)
    {
        if (turn != OpenTurn.Make)
        {
            return;
        }

        if (_pace is null)
        {
            _permits.Release();
        }
        else
        {
            _pace.Ended();
        }
    }

    /// <summary>
    /// The pool gave a connection, and it is not known which. With a rate it counts as made, or those who block their threads would not
    /// be bound by it.
    /// </summary>
    public void Found(OpenTurn turn)
    {
        if (_pace is null || turn != OpenTurn.Make)
        {
            FoundIdle(turn);
        }
        else if (!TryCountDown(ref _lent))
        {
            _pace.Begun(hasTurn: true);
            _pace.Ended();
        }
    }

    /// <summary>See <see cref="OpenPace.Scatter"/>.</summary>
    public void Scatter(double phase) => _pace?.Scatter(phase);

    public void Dispose() => _pace?.Dispose();

    /// <summary>A connection went back to the pool.</summary>
    public void Returned()
    {
        Interlocked.Increment(ref _idle);
        Serve();
    }

    /// <summary>The pool closes its idle connections.</summary>
    public void Forget() => Volatile.Write(ref _idle, 0);

    private async Task GiveBackAsync(Task<bool> late)
    {
        await ((Task)late).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (late.IsCompletedSuccessfully && await late)
        {
            FoundIdle(OpenTurn.Make);
        }
    }

    private void Serve()
    {
        if (_permits.HasWaiters && TryCountDown(ref _idle))
        {
            Interlocked.Increment(ref _lent);
            _permits.Release();
        }
    }

    private static bool TryCountDown(ref int count)
    {
        for (var seen = Volatile.Read(ref count); seen > 0; seen = Volatile.Read(ref count))
        {
            if (Interlocked.CompareExchange(ref count, seen - 1, seen) == seen)
            {
                return true;
            }
        }

        return false;
    }
}

namespace Resilience.Pipelines.CircuitBreaker;

/// <summary>
/// A circuit breaker's state, kept apart from its options, which come with each call: a reload changes the rules and
/// keeps the counts, the break and the trials.
/// </summary>
/// <remarks>
/// <para>Thread-safe. While the circuit is closed, a call that succeeds takes no lock and allocates nothing; while it is
/// open, neither does one that is rejected. Failed and slow calls, trials and transitions take a short lock, under which
/// no code of others runs.</para>
/// <para>There is no timer. A break that has passed and a trial that is overdue are noticed by the next call, and count
/// from the moment at which they were due.</para>
/// <para>States as in M. Nygard, "Release It!" (2007); several trials that close together as in resilience4j.</para>
/// </remarks>
internal sealed class Breaker
{
    private const int NotForced = -1;

    private readonly Lock _gate = new();
    private readonly BreakerClock _clock;
    private readonly BreakerMachine _machine;
    private readonly TransitionQueue _transitions;
    private int _forced = NotForced;

    /// <param name="time">The clock whose timestamps the calls bring along.</param>
    /// <param name="random">Spreads the breaks. Only used under this breaker's lock: give each breaker its own unless it is thread-safe.</param>
    /// <param name="onTransition">Told of every transition in order, outside the lock. It must not throw.</param>
    public Breaker(TimeProvider time, Random random, Action<BreakerTransition>? onTransition)
    {
        _clock = new BreakerClock(time);
        _transitions = new TransitionQueue(onTransition);
        _machine = new BreakerMachine(_clock, new BreakDurations(random), _transitions);
    }

    /// <summary>Asks to begin a call; hand an admitted ticket to <see cref="Exit"/> when the call ends, however it ends.</summary>
    public BreakerTicket TryEnter(CircuitBreakerOptions options, long timestamp)
    {
        var mode = ModeOf(options);
        if (mode is CircuitBreakerMode.Enforce or CircuitBreakerMode.Observe)
        {
            return _machine.Phase is ClosedPhase closed && closed.Window.SamplingDuration == options.SamplingDuration
                ? BreakerTicket.Counted(closed)
                : EnterCarefully(mode == CircuitBreakerMode.Observe, options, timestamp);
        }

        return mode == CircuitBreakerMode.Disabled ? BreakerTicket.Uncounted() : BreakerTicket.Refused(phase: null, admitted: false, retryAfter: null);
    }

    /// <summary>Reports the end of an admitted call, once.</summary>
    public void Exit(in BreakerTicket ticket, CallResult result, TimeSpan duration, CircuitBreakerOptions options, long timestamp)
    {
        if (ticket.Phase is ClosedPhase closed)
        {
            // A call of an earlier generation tells of a time that has been judged already.
            if (result == CallResult.Neutral || closed != _machine.Phase || !Counts(options))
            {
                return;
            }

            var slow = duration >= options.SlowCallDuration;
            if (result == CallResult.Success && !slow)
            {
                closed.AddSuccess(timestamp);
                return;
            }

            lock (_gate)
            {
                _machine.ExitTroubled_NeedsLock(closed, result == CallResult.Failure, slow, options, timestamp);
            }

            _transitions.Deliver();
        }
        else if (ticket.IsTrial)
        {
            ExitTrial((HalfOpenPhase)ticket.Phase!, ticket.Lease, result, duration >= options.SlowCallDuration, options, timestamp);
        }
    }

    /// <summary>
    /// Overrides the configured mode until released. It makes no transition: the state below the mode, its break and its
    /// counts stay as they are, and go on from there on release.
    /// </summary>
    /// <param name="mode">The mode to hold, or null to release.</param>
    public void Force(CircuitBreakerMode? mode) => Volatile.Write(ref _forced, mode is { } forced ? (int)forced : NotForced);

    /// <summary>
    /// Closes the circuit with empty counts and forgets the growth of its breaks. Calls under way count for nothing. A
    /// forced mode stays.
    /// </summary>
    public void Reset()
    {
        lock (_gate)
        {
            _machine.Reset_NeedsLock();
        }

        _transitions.Deliver();
    }

    /// <summary>Whether the circuit is closed, its last call succeeded, and one did within the last while.</summary>
    public bool HasSucceededWithin(TimeSpan last, long timestamp) =>
        _machine.Phase is ClosedPhase { ConsecutiveFailures: 0 } closed && closed.Window.HasSucceededWithin(_clock.ToTimestamp(last), timestamp);

    /// <summary>What the breaker shows; nothing changes by looking.</summary>
    public BreakerSnapshot Snapshot(CircuitBreakerOptions options, long timestamp)
    {
        var mode = ModeOf(options);
        var phase = _machine.Phase;
        var snapshot = new BreakerSnapshot
        {
            State = mode switch
            {
                CircuitBreakerMode.ForcedOpen => CircuitBreakerState.ForcedOpen,
                CircuitBreakerMode.Disabled => CircuitBreakerState.Disabled,
                _ => phase.State,
            },
            Mode = mode,
            IsForced = Volatile.Read(ref _forced) != NotForced,
            Generation = phase.Generation,
        };
        switch (phase)
        {
            case ClosedPhase closed:
                var counts = closed.Window.Read(timestamp);
                return snapshot with
                {
                    FailureRate = counts.FailureRate,
                    SlowCallRate = counts.SlowCallRate,
                    Throughput = counts.Throughput,
                    ConsecutiveFailures = closed.ConsecutiveFailures,
                };
            case HalfOpenPhase halfOpen:
                lock (_gate)
                {
                    return snapshot with { TrialsInFlight = halfOpen.RunningLeases_NeedsLock(timestamp) };
                }

            default:
                return snapshot with { OpenFor = _clock.Left(((OpenPhase)phase).Until, timestamp) };
        }
    }

    private BreakerTicket EnterCarefully(bool observes, CircuitBreakerOptions options, long timestamp)
    {
        switch (_machine.Phase)
        {
            case OpenPhase open when timestamp < open.Until:
                return BreakerTicket.Refused(open, observes, _clock.Left(open.Until, timestamp));
            case HalfOpenPhase halfOpen when halfOpen.IsFull(options.HalfOpen.Trials, timestamp):
                return BreakerTicket.Refused(halfOpen, observes, _clock.Left(halfOpen.FirstExpiry, timestamp));
        }

        BreakerTicket ticket;
        lock (_gate)
        {
            ticket = _machine.Enter_NeedsLock(observes, options, timestamp);
        }

        _transitions.Deliver();
        return ticket;
    }

    private void ExitTrial(HalfOpenPhase halfOpen, int lease, CallResult result, bool slow, CircuitBreakerOptions options, long timestamp)
    {
        lock (_gate)
        {
            if (Counts(options))
            {
                _machine.ExitTrial_NeedsLock(halfOpen, lease, result, slow, options, timestamp);
            }
            else
            {
                // The mode counts nothing, but the place must not be held by a call that has ended.
                halfOpen.Release_NeedsLock(lease, succeeded: false);
            }
        }

        _transitions.Deliver();
    }

    private CircuitBreakerMode ModeOf(CircuitBreakerOptions options)
    {
        var forced = Volatile.Read(ref _forced);
        return forced == NotForced ? options.Mode : (CircuitBreakerMode)forced;
    }

    private bool Counts(CircuitBreakerOptions options) => ModeOf(options) is CircuitBreakerMode.Enforce or CircuitBreakerMode.Observe;
}

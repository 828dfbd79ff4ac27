namespace Resilience.Pipelines.CircuitBreaker;

/// <summary>The states of a circuit and every way from one to the next. Guarded by the breaker's lock, but for reading <see cref="Phase"/>.</summary>
internal sealed class BreakerMachine
{
    private readonly BreakerClock _clock;
    private readonly BreakDurations _breaks;
    private readonly TransitionQueue _transitions;
    private BreakerPhase _phase;

    public BreakerMachine(BreakerClock clock, BreakDurations breaks, TransitionQueue transitions)
    {
        _clock = clock;
        _breaks = breaks;
        _transitions = transitions;

        // The first call brings the real sampling duration.
        _phase = NewClosedPhase(generation: 1, clock.Now, new CircuitBreakerOptions().SamplingDuration);
    }

    public BreakerPhase Phase => Volatile.Read(ref _phase);

    public BreakerTicket Enter_NeedsLock(bool observes, CircuitBreakerOptions options, long timestamp)
    {
        ExpireTrials_NeedsLock(options, timestamp);
        if (_phase is OpenPhase elapsed && timestamp >= elapsed.Until)
        {
            Become_NeedsLock(new HalfOpenPhase(elapsed.Generation + 1), BreakerCause.BreakElapsed, timestamp);
        }

        if (_phase is HalfOpenPhase { InFlight: 0 } decided && decided.Succeeded >= options.HalfOpen.Trials)
        {
            // A reload asks for fewer trials than have succeeded already.
            Close_NeedsLock(options, timestamp);
        }

        switch (_phase)
        {
            case OpenPhase open:
                return BreakerTicket.Refused(open, observes, _clock.Left(open.Until, timestamp));
            case HalfOpenPhase full when full.InFlight + full.Succeeded >= options.HalfOpen.Trials:
                return BreakerTicket.Refused(full, observes, _clock.Left(full.FirstExpiry, timestamp));
            case HalfOpenPhase halfOpen:
                return BreakerTicket.Trial(halfOpen, halfOpen.Lease_NeedsLock(timestamp + _clock.ToTimestamp(options.HalfOpen.Timeout)));
            default:
                var closed = (ClosedPhase)_phase;
                if (closed.Window.SamplingDuration != options.SamplingDuration)
                {
                    closed.Window = closed.Window.Resize(options.SamplingDuration, _clock.ToTimestamp(options.SamplingDuration), timestamp);
                }

                return BreakerTicket.Counted(closed);
        }
    }

    /// <summary>A call of the closed circuit failed or was slow.</summary>
    public void ExitTroubled_NeedsLock(ClosedPhase closed, bool failed, bool slow, CircuitBreakerOptions options, long timestamp)
    {
        if (_phase != closed)
        {
            return;
        }

        if (slow)
        {
            closed.Window.AddSlow(timestamp);
        }

        var run = 0;
        if (failed)
        {
            run = closed.AddFailure(timestamp);
        }
        else
        {
            closed.AddSuccess(timestamp);
        }

        var counts = closed.Window.Read(timestamp);
        if (BreakerTriggers.Fired(run, counts, options) is { } cause)
        {
            Open_NeedsLock(cause, counts, _clock.Elapsed(closed.Since, timestamp), options, timestamp);
        }
    }

    public void ExitTrial_NeedsLock(HalfOpenPhase halfOpen, int lease, CallResult result, bool slow, CircuitBreakerOptions options, long timestamp)
    {
        ExpireTrials_NeedsLock(options, timestamp);
        var succeeded = result == CallResult.Success && !slow;
        if (_phase != halfOpen || !halfOpen.Release_NeedsLock(lease, succeeded))
        {
            return;
        }

        if (result != CallResult.Neutral && !succeeded)
        {
            Open_NeedsLock(result == CallResult.Failure ? BreakerCause.TrialFailed : BreakerCause.TrialSlow, default, closedFor: null, options, timestamp);
        }
        else if (halfOpen.Succeeded >= options.HalfOpen.Trials)
        {
            Close_NeedsLock(options, timestamp);
        }
    }

    public void Reset_NeedsLock()
    {
        _breaks.Forget_NeedsLock();
        var sampling = _phase is ClosedPhase closed ? closed.Window.SamplingDuration : new CircuitBreakerOptions().SamplingDuration;
        Become_NeedsLock(NewClosedPhase(_phase.Generation + 1, _clock.Now, sampling), BreakerCause.Reset, _clock.Now);
    }

    /// <summary>A trial that hangs is a failed one, from the moment at which its lease ran out.</summary>
    private void ExpireTrials_NeedsLock(CircuitBreakerOptions options, long timestamp)
    {
        if (_phase is HalfOpenPhase { InFlight: > 0 } halfOpen && halfOpen.FirstExpiry <= timestamp)
        {
            Open_NeedsLock(BreakerCause.TrialExpired, default, closedFor: null, options, halfOpen.FirstExpiry);
        }
    }

    private void Open_NeedsLock(BreakerCause cause, WindowCounts counts, TimeSpan? closedFor, CircuitBreakerOptions options, long at)
    {
        var length = _breaks.Next_NeedsLock(options, closedFor);
        Become_NeedsLock(new OpenPhase(_phase.Generation + 1, at + _clock.ToTimestamp(length)), cause, at, length, counts);
    }

    private void Close_NeedsLock(CircuitBreakerOptions options, long at) =>
        Become_NeedsLock(NewClosedPhase(_phase.Generation + 1, at, options.SamplingDuration), BreakerCause.TrialsSucceeded, at);

    private void Become_NeedsLock(BreakerPhase next, BreakerCause cause, long at, TimeSpan length = default, WindowCounts counts = default)
    {
        var from = _phase.State;
        Volatile.Write(ref _phase, next);
        if (from != next.State)
        {
            _transitions.Enqueue(new BreakerTransition(from, next.State, next.Generation, cause, at, length, counts));
        }
    }

    private ClosedPhase NewClosedPhase(long generation, long at, TimeSpan sampling) =>
        new(generation, at, new CallWindow(sampling, _clock.ToTimestamp(sampling), at));
}

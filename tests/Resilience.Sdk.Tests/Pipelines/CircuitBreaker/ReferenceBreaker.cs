using Resilience.Pipelines;
using Resilience.Pipelines.CircuitBreaker;

namespace Resilience.Sdk.Tests.Pipelines.CircuitBreaker;

/// <summary>
/// The breaker's rules once more, as plainly as they can be said: one thread, lists, no cleverness. Timestamps are ticks.
/// </summary>
internal sealed class ReferenceBreaker(Func<double> draw, long start)
{
    private List<Call> _calls = [];
    private Dictionary<int, long> _leases = [];
    private long _origin = start;
    private long _closedAt = start;
    private TimeSpan _sampling = new CircuitBreakerOptions().SamplingDuration;
    private CircuitBreakerMode? _forced;
    private CircuitBreakerState _state = CircuitBreakerState.Closed;
    private long _generation = 1;
    private long _until;
    private int _consecutive;
    private int _succeeded;
    private int _lastLease;
    private int _openings;
    private TimeSpan _lastBreak;

    public List<(CircuitBreakerState From, CircuitBreakerState To, long Generation, BreakerCause Cause, long At, TimeSpan Break)> Transitions { get; private set; } = [];

    public ReferenceBreaker Clone()
    {
        var copy = (ReferenceBreaker)MemberwiseClone();
        copy._calls = [.. _calls];
        copy._leases = new(_leases);
        copy.Transitions = [.. Transitions];
        return copy;
    }

    public ReferenceTicket TryEnter(CircuitBreakerOptions options, long now)
    {
        var mode = _forced ?? options.Mode;
        if (mode == CircuitBreakerMode.Disabled)
        {
            return new ReferenceTicket(Admitted: true, WouldReject: false, 0, 0, null);
        }

        if (mode == CircuitBreakerMode.ForcedOpen)
        {
            return new ReferenceTicket(Admitted: false, WouldReject: true, 0, 0, null);
        }

        Expire(options, now);
        if (_state == CircuitBreakerState.Open && now >= _until)
        {
            Become(CircuitBreakerState.HalfOpen, BreakerCause.BreakElapsed, now);
        }

        if (_state == CircuitBreakerState.HalfOpen && _leases.Count == 0 && _succeeded >= options.HalfOpen.Trials)
        {
            Become(CircuitBreakerState.Closed, BreakerCause.TrialsSucceeded, now);
            _sampling = options.SamplingDuration;
        }

        if (_state == CircuitBreakerState.Closed)
        {
            Resize(options.SamplingDuration, now);
            return new ReferenceTicket(Admitted: true, WouldReject: false, _generation, 0, null);
        }

        if (_state == CircuitBreakerState.HalfOpen && _leases.Count + _succeeded < options.HalfOpen.Trials)
        {
            _leases[++_lastLease] = now + options.HalfOpen.Timeout.Ticks;
            return new ReferenceTicket(Admitted: true, WouldReject: false, _generation, _lastLease, null);
        }

        var opens = _state == CircuitBreakerState.Open ? _until : _leases.Values.Min();
        return new ReferenceTicket(mode == CircuitBreakerMode.Observe, WouldReject: true, _generation, 0, TimeSpan.FromTicks(opens - now));
    }

    public void Exit(ReferenceTicket ticket, CallResult result, TimeSpan duration, CircuitBreakerOptions options, long now)
    {
        var counts = (_forced ?? options.Mode) is CircuitBreakerMode.Enforce or CircuitBreakerMode.Observe;
        var slow = options.SlowCallDuration is { } limit && duration >= limit;
        if (!ticket.Admitted || ticket.WouldReject || ticket.Generation == 0)
        {
            return;
        }

        if (ticket.Lease > 0)
        {
            ExitTrial(ticket, result, slow, counts, options, now);
        }
        else if (counts && ticket.Generation == _generation && result != CallResult.Neutral)
        {
            _calls.Add(new Call(now, result == CallResult.Failure, slow));
            _consecutive = result == CallResult.Failure ? _consecutive + 1 : 0;
            if ((result == CallResult.Failure || slow) && Trigger(options, now) is { } cause)
            {
                Open(cause, options, now, TimeSpan.FromTicks(now - _closedAt));
            }
        }
    }

    public void Force(CircuitBreakerMode? mode) => _forced = mode;

    public void Reset(long now)
    {
        _openings = 0;
        var sampling = _state == CircuitBreakerState.Closed ? _sampling : new CircuitBreakerOptions().SamplingDuration;
        Become(CircuitBreakerState.Closed, BreakerCause.Reset, now);
        _sampling = sampling;
    }

    public BreakerSnapshot Snapshot(CircuitBreakerOptions options, long now)
    {
        var mode = _forced ?? options.Mode;
        var calls = _state == CircuitBreakerState.Closed ? InWindow(now) : [];
        return new BreakerSnapshot
        {
            Mode = mode,
            IsForced = _forced is not null,
            State = mode == CircuitBreakerMode.ForcedOpen ? CircuitBreakerState.ForcedOpen : mode == CircuitBreakerMode.Disabled ? CircuitBreakerState.Disabled : _state,
            Generation = _generation,
            Throughput = calls.Count,
            FailureRate = calls.Count == 0 ? 0 : (double)calls.Count(call => call.Failed) / calls.Count,
            SlowCallRate = calls.Count == 0 ? 0 : (double)calls.Count(call => call.Slow) / calls.Count,
            ConsecutiveFailures = _state == CircuitBreakerState.Closed ? _consecutive : 0,
            OpenFor = _state == CircuitBreakerState.Open ? TimeSpan.FromTicks(Math.Max(0, _until - now)) : TimeSpan.Zero,
            TrialsInFlight = _state == CircuitBreakerState.HalfOpen ? _leases.Values.Count(expiry => expiry > now) : 0,
        };
    }

    private void ExitTrial(ReferenceTicket ticket, CallResult result, bool slow, bool counts, CircuitBreakerOptions options, long now)
    {
        if (counts)
        {
            Expire(options, now);
        }

        if (ticket.Generation != _generation || !_leases.Remove(ticket.Lease) || !counts)
        {
            return;
        }

        if (result == CallResult.Failure)
        {
            Open(BreakerCause.TrialFailed, options, now, closedFor: null);
        }
        else if (result == CallResult.Success && slow)
        {
            Open(BreakerCause.TrialSlow, options, now, closedFor: null);
        }
        else
        {
            _succeeded += result == CallResult.Success ? 1 : 0;
            if (_succeeded >= options.HalfOpen.Trials)
            {
                Become(CircuitBreakerState.Closed, BreakerCause.TrialsSucceeded, now);
                _sampling = options.SamplingDuration;
            }
        }
    }

    private BreakerCause? Trigger(CircuitBreakerOptions options, long now)
    {
        var calls = InWindow(now);
        var enough = calls.Count >= options.MinimumThroughput;
        return options.ConsecutiveFailures != 0 && _consecutive >= options.ConsecutiveFailures ? BreakerCause.ConsecutiveFailures
            : enough && options.FailureRatio is { } ratio && calls.Count(call => call.Failed) / (double)calls.Count >= ratio ? BreakerCause.FailureRatio
            : enough && options.SlowCallDuration is not null && calls.Count(call => call.Slow) / (double)calls.Count >= options.SlowCallRatio ? BreakerCause.SlowCalls
            : null;
    }

    private void Expire(CircuitBreakerOptions options, long now)
    {
        if (_state == CircuitBreakerState.HalfOpen && _leases.Count > 0 && _leases.Values.Min() is var expiry && expiry <= now)
        {
            Open(BreakerCause.TrialExpired, options, expiry, closedFor: null);
        }
    }

    private void Open(BreakerCause cause, CircuitBreakerOptions options, long at, TimeSpan? closedFor)
    {
        if (closedFor >= options.SamplingDuration && closedFor >= _lastBreak)
        {
            _openings = 0;
        }

        double length = options.BreakDuration.Ticks;
        for (var i = 0; i < _openings; i++)
        {
            length = Math.Min(length * 2, options.MaxBreakDuration.Ticks);
        }

        var from = length * 0.9;
        var to = Math.Min(length * 1.1, options.MaxBreakDuration.Ticks);
        _lastBreak = TimeSpan.FromTicks((long)(from + ((to - from) * draw())));
        _openings++;
        _until = at + _lastBreak.Ticks;
        Become(CircuitBreakerState.Open, cause, at);
    }

    private void Become(CircuitBreakerState state, BreakerCause cause, long at)
    {
        _generation++;
        if (state != _state)
        {
            Transitions.Add((_state, state, _generation, cause, at, state == CircuitBreakerState.Open ? _lastBreak : default));
        }

        _state = state;
        _calls = [];
        _leases = [];
        _lastLease = 0;
        _succeeded = 0;
        _consecutive = 0;
        _origin = _closedAt = at;
    }

    private List<Call> InWindow(long now) => [.. _calls.Where(call => Slice(call.At) > Slice(now) - 10)];

    private long Slice(long at) => (at - _origin) / (_sampling.Ticks / 10);

    private void Resize(TimeSpan sampling, long now)
    {
        if (sampling != _sampling)
        {
            var slice = _sampling.Ticks / 10;
            _calls = [.. InWindow(now).Select(call => call with { At = Math.Min(now, _origin + ((Slice(call.At) + 1) * slice) - 1) })];
            _sampling = sampling;
        }
    }

    internal readonly record struct ReferenceTicket(bool Admitted, bool WouldReject, long Generation, int Lease, TimeSpan? RetryAfter);

    private readonly record struct Call(long At, bool Failed, bool Slow);
}

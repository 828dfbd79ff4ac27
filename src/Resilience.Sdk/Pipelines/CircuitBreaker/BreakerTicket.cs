namespace Resilience.Pipelines.CircuitBreaker;

/// <summary>A breaker's answer to a call that wants to begin; an admitted call hands it back when it ends, once.</summary>
internal readonly struct BreakerTicket
{
    private readonly long _retryAfterTicks;

    private BreakerTicket(BreakerPhase? phase, bool admitted, bool wouldReject, int lease, long retryAfterTicks)
    {
        Phase = phase;
        Admitted = admitted;
        WouldReject = wouldReject;
        Lease = lease;
        _retryAfterTicks = retryAfterTicks;
    }

    public bool Admitted { get; }

    /// <summary>True for a rejected call, and for one that is admitted only because the mode is <see cref="CircuitBreakerMode.Observe"/>.</summary>
    public bool WouldReject { get; }

    /// <summary>The trial's lease; 0 when the call is no trial.</summary>
    public int Lease { get; }

    public bool IsTrial => Lease > 0;

    /// <summary>The generation that decided; 0 when the mode alone did.</summary>
    public long Generation => Phase?.Generation ?? 0;

    /// <summary>When a call that is (or would be) rejected may come again, at the latest; null when only an operator knows.</summary>
    public TimeSpan? RetryAfter => WouldReject && _retryAfterTicks >= 0 ? TimeSpan.FromTicks(_retryAfterTicks) : null;

    /// <summary>The phase that the result counts in.</summary>
    internal BreakerPhase? Phase { get; }

    public static BreakerTicket Counted(ClosedPhase phase) => new(phase, admitted: true, wouldReject: false, lease: 0, retryAfterTicks: -1);

    public static BreakerTicket Trial(HalfOpenPhase phase, int lease) => new(phase, admitted: true, wouldReject: false, lease, retryAfterTicks: -1);

    public static BreakerTicket Uncounted() => new(phase: null, admitted: true, wouldReject: false, lease: 0, retryAfterTicks: -1);

    /// <param name="phase">The phase that has no place; null when the mode rejects.</param>
    /// <param name="admitted">True when the call goes on all the same because the breaker only observes.</param>
    /// <param name="retryAfter">When it may come again.</param>
    public static BreakerTicket Refused(BreakerPhase? phase, bool admitted, TimeSpan? retryAfter) =>
        new(phase, admitted, wouldReject: true, lease: 0, retryAfter?.Ticks ?? -1);
}

namespace Resilience.Pipelines.CircuitBreaker;

/// <summary>The circuit is half open: the trials under way, each with a lease that runs out. Guarded by the breaker's lock, but for <see cref="IsFull"/>.</summary>
internal sealed class HalfOpenPhase(long generation) : BreakerPhase(CircuitBreakerState.HalfOpen, generation)
{
    private readonly List<(int Lease, long Expiry)> _leases = [];
    private int _lastLease;
    private int _succeeded;
    private int _taken;
    private long _firstExpiry = long.MinValue;

    public int Succeeded => _succeeded;

    public int InFlight => _leases.Count;

    /// <summary>When the first of the leases runs out; <see cref="long.MinValue"/> without any.</summary>
    public long FirstExpiry => Volatile.Read(ref _firstExpiry);

    /// <summary>
    /// Whether a call at this moment would certainly find all places taken. Readable without the lock, so that a crowd
    /// at a half-open circuit is turned away as cheaply as at an open one.
    /// </summary>
    public bool IsFull(int trials, long timestamp) => Volatile.Read(ref _taken) >= trials && timestamp < FirstExpiry;

    public int Lease_NeedsLock(long expiry)
    {
        _leases.Add((++_lastLease, expiry));
        Publish_NeedsLock();
        return _lastLease;
    }

    /// <summary>Gives a place back; false when the lease is not, or no longer, held.</summary>
    public bool Release_NeedsLock(int lease, bool succeeded)
    {
        var index = _leases.FindIndex(held => held.Lease == lease);
        if (index < 0)
        {
            return false;
        }

        _leases.RemoveAt(index);
        _succeeded += succeeded ? 1 : 0;
        Publish_NeedsLock();
        return true;
    }

    public int RunningLeases_NeedsLock(long timestamp) => _leases.Count(held => held.Expiry > timestamp);

    private void Publish_NeedsLock()
    {
        Volatile.Write(ref _firstExpiry, _leases.Count == 0 ? long.MinValue : _leases.Min(held => held.Expiry));
        Volatile.Write(ref _taken, _leases.Count + _succeeded);
    }
}

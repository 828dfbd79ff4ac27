namespace Resilience.Queueing.Spool;

/// <summary>Whether the store's answer came before the promise was given. One of both sides wins.</summary>
internal sealed class StoreQuestion
{
    private int _decided;

    /// <summary>The caller waits no longer: the promise stands.</summary>
    public bool TryGiveUp() => Interlocked.CompareExchange(ref _decided, 1, 0) == 0;

    /// <summary>The store says no while the caller still waits: nothing is promised.</summary>
    public bool TryRefuse() => Interlocked.CompareExchange(ref _decided, 1, 0) == 0;
}

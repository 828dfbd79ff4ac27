namespace Resilience.Pipelines.CircuitBreaker;

/// <summary>The circuit is closed: what its calls came to.</summary>
internal sealed class ClosedPhase(long generation, long since, CallWindow window) : BreakerPhase(CircuitBreakerState.Closed, generation)
{
    private CallWindow _window = window;
    private int _consecutiveFailures;

    /// <summary>The timestamp at which the circuit closed.</summary>
    public long Since { get; } = since;

    public CallWindow Window
    {
        get => Volatile.Read(ref _window);
        set => Volatile.Write(ref _window, value);
    }

    public int ConsecutiveFailures => Volatile.Read(ref _consecutiveFailures);

    public void AddSuccess(long timestamp)
    {
        // Read first: while all is well nobody writes here, and the cache line stays shared among the cores.
        if (Volatile.Read(ref _consecutiveFailures) != 0)
        {
            Interlocked.Exchange(ref _consecutiveFailures, 0);
        }

        Window.AddSuccess(timestamp);
    }

    /// <returns>
    /// The run of failures with this one. It is decided on this number and not on one read later, which a success that comes
    /// in between has set back: then both would have happened and neither been seen.
    /// </returns>
    public int AddFailure(long timestamp)
    {
        var run = Interlocked.Increment(ref _consecutiveFailures);
        Window.AddFailure(timestamp);
        return run;
    }
}

namespace Resilience.Health;

/// <summary>Whether the process is about to stop. Once begun, draining never ends but with the process. Thread-safe.</summary>
internal sealed class DrainState
{
    private int _draining;

    /// <summary>Raised once, when draining begins.</summary>
    public event Action? Began;

    public bool IsDraining => Volatile.Read(ref _draining) != 0;

    public void Begin()
    {
        if (Interlocked.Exchange(ref _draining, 1) == 0)
        {
            Began?.Invoke();
        }
    }
}

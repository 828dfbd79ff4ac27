namespace Resilience.Health.Watchdog;

/// <summary>A loop that says that it is alive. Disposing ends the watch.</summary>
public interface IHeartbeat : IDisposable
{
    /// <summary>Says so. Takes no lock and allocates nothing; from any thread.</summary>
    void Beat();
}

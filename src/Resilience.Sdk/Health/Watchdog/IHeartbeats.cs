namespace Resilience.Health.Watchdog;

/// <summary>Lets the application's own loops say that they are alive. Thread-safe; inject it.</summary>
public interface IHeartbeats
{
    /// <summary>Begins to watch a loop.</summary>
    /// <param name="name">What operators see in health details, at most 100 characters; two of the same name are two heartbeats.</param>
    /// <param name="maxSilence">The longest time between two beats; at least 1 second. The first is due that long from now.</param>
    /// <param name="vital">
    /// Whether liveness fails while it is silent, so that the process is restarted. Only for what a restart mends: never for a
    /// loop that may wait for a dependency.
    /// </param>
    /// <returns>Call <see cref="IHeartbeat.Beat"/> in every round; dispose of it when the loop ends.</returns>
    /// <exception cref="ArgumentException">The name is empty or too long.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The silence is too short.</exception>
    IHeartbeat Register(string name, TimeSpan maxSilence, bool vital = false);
}

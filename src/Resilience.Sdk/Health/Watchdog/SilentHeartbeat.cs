namespace Resilience.Health.Watchdog;

/// <summary>A heartbeat that is overdue.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsVital">Whether liveness fails with it.</param>
internal readonly record struct SilentHeartbeat(string Name, bool IsVital);

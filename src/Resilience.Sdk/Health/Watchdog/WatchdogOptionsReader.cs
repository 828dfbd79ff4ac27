using Resilience.Internal;

namespace Resilience.Health.Watchdog;

/// <summary>Reads when the process itself is not well.</summary>
internal static class WatchdogOptionsReader
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ShortestDeath = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <param name="reader">The section; null when it is absent.</param>
    public static WatchdogOptions Read(ConfigurationReader? reader)
    {
        var given = new WatchdogOptions();
        if (reader is null)
        {
            return given;
        }

        var options = given with
        {
            PoolLagDegraded = reader.Duration("PoolLagDegraded", given.PoolLagDegraded, Shortest, Longest),
            PoolLagUnready = reader.Duration("PoolLagUnready", given.PoolLagUnready, Shortest, Longest),
            PoolFrozen = reader.Duration("PoolFrozen", given.PoolFrozen, ShortestDeath, Longest),
            ListenerDead = reader.Duration("ListenerDead", given.ListenerDead, ShortestDeath, Longest),
            MemoryDegraded = reader.Number("MemoryDegraded", given.MemoryDegraded, 0, 1),
            MemoryCeiling = reader.OptionalNumber("MemoryCeiling", given.MemoryCeiling, 0, 1),
            MemoryCeilingFor = reader.Duration("MemoryCeilingFor", given.MemoryCeilingFor, ShortestDeath, Longest),
        };
        if (options.PoolLagDegraded > options.PoolLagUnready || options.PoolLagUnready > options.PoolFrozen)
        {
            reader.Report(
                "PoolLagUnready", options.PoolLagUnready.ToString("c"), $"must lie between PoolLagDegraded ('{options.PoolLagDegraded:c}') and PoolFrozen ('{options.PoolFrozen:c}').");
        }

        reader.RejectUnknownKeys();
        return options;
    }
}

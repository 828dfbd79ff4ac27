using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Resilience.Health.Watchdog;

/// <summary>The loops that are watched.</summary>
internal sealed class Heartbeats : IHeartbeats
{
    private const int LongestName = 100;
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<Heartbeat, bool> _all = new();

    public IHeartbeat Register(string name, TimeSpan maxSilence, bool vital = false)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (name.Length > LongestName)
        {
            throw new ArgumentException($"The name '{name[..20]}…' has {name.Length} characters. At most {LongestName} are allowed.", nameof(name));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(maxSilence, Shortest);
        var heartbeat = new Heartbeat(name, maxSilence, vital, one => _all.TryRemove(one, out _));
        _all.TryAdd(heartbeat, true);
        return heartbeat;
    }

    /// <summary>Those that are overdue. The watchdog's thread only.</summary>
    public ImmutableArray<SilentHeartbeat> Silent(TimeSpan now)
    {
        var silent = ImmutableArray.CreateBuilder<SilentHeartbeat>();
        foreach (var (heartbeat, _) in _all)
        {
            if (heartbeat.IsSilent(now))
            {
                silent.Add(new SilentHeartbeat(heartbeat.Name, heartbeat.IsVital));
            }
        }

        return silent.DrainToImmutable();
    }
}

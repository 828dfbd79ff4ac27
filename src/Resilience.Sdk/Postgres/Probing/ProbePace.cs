using Resilience.Regions;

namespace Resilience.Postgres.Probing;

/// <summary>
/// How often a region is looked at and how long an answer may take. Together they bound the detection of a writer that says
/// nothing any more: a pause of the watch (500 ms, a fifth more by jitter), a miss (250 ms), a quick pause and a second miss over a
/// new connection (500 ms) are less than 1.5 s, while its round trips are short.
/// </summary>
internal static class ProbePace
{
    private static readonly TimeSpan Watchful = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ShortestPatience = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ShortestPatienceToConnect = TimeSpan.FromMilliseconds(500);

    public static TimeSpan LongestPatience { get; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Four round trips, within bounds. Connecting takes several, and the server has to start a process for it: four times as long.
    /// Claiming, and a server of which nothing is known yet, get the whole.
    /// </summary>
    public static TimeSpan Patience(RegionState state, bool isConnected, bool claims)
    {
        if (claims || state.RoundTrip is not { } roundTrip)
        {
            return LongestPatience;
        }

        var (patience, shortest) = isConnected ? (4 * roundTrip, ShortestPatience) : (16 * roundTrip, ShortestPatienceToConnect);
        return patience < shortest ? shortest : patience > LongestPatience ? LongestPatience : patience;
    }

    /// <summary>The time until the next look, before jitter.</summary>
    public static TimeSpan Pause(RegionTopology topology, string region)
    {
        if (topology.Phase == TopologyPhase.Steady && topology.Claimant != region)
        {
            return topology.Writer?.Region == region ? Watchful : Calm;
        }

        // A region that is gone is asked less and less often, a standby that may be promoted any moment is not.
        // One that answers slowly is not asked again before it had as long to rest: hundreds of processes ask it at once.
        var quick = topology[region].RoundTrip is { } roundTrip && roundTrip > Quick ? roundTrip : Quick;
        var pause = quick * (1 << Math.Clamp(topology[region].Misses - 2, 0, 5));
        return pause > Calm ? Calm : pause;
    }
}

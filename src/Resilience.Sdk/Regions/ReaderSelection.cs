using System.Collections.Immutable;

namespace Resilience.Regions;

/// <summary>Chooses where to read: the local region if it is fresh enough, then the nearest that is, and the writer as the last resort.</summary>
internal static class ReaderSelection
{
    /// <param name="topology">What is known.</param>
    /// <param name="maxStaleness">The oldest data the reader accepts; zero means the writer alone.</param>
    /// <param name="local">The region this process runs in, or null.</param>
    /// <param name="now">The moment that staleness is measured against.</param>
    /// <returns>The regions to try, best first; empty when none will do now.</returns>
    public static ImmutableArray<string> Order(RegionTopology topology, TimeSpan maxStaleness, string? local, TimeSpan now)
    {
        if (maxStaleness <= TimeSpan.Zero)
        {
            return topology.Writer is { } only ? [only.Region] : [];
        }

        return
        [
            .. topology.Regions
                .Where(region => IsFresh(topology, region, maxStaleness, now))
                .OrderBy(region => region.Name == local ? 0 : 1)
                .ThenBy(region => region.RoundTrip ?? TimeSpan.MaxValue)
                .Select(region => region.Name),
        ];
    }

    private static bool IsFresh(RegionTopology topology, RegionState region, TimeSpan maxStaleness, TimeSpan now) =>
        region.Name == topology.Writer?.Region
        || (region is { Condition: RegionCondition.Standby, Misses: 0, FreshAsOf: { } asOf } && now - asOf <= maxStaleness);
}

using System.Collections.Immutable;

namespace Resilience.Regions;

/// <summary>Chooses where to read: the local region if its data will do, then the nearest that is, and the writer as the last resort.</summary>
internal static class ReaderSelection
{
    /// <param name="topology">What is known.</param>
    /// <param name="bound">What the reader demands; neither an age nor a token means the writer alone.</param>
    /// <param name="local">The region this process runs in, or null.</param>
    /// <param name="now">The moment that staleness is measured against.</param>
    /// <returns>The regions to try, best first; empty when none will do now.</returns>
    public static ImmutableArray<string> Order(RegionTopology topology, ReadBound bound, string? local, TimeSpan now)
    {
        if (bound.MaxStaleness <= TimeSpan.Zero && bound.Token is null)
        {
            return topology.Writer is { } only ? [only.Region] : [];
        }

        return
        [
            .. topology.Regions
                .Where(region => bound.Token is { } token ? Holds(topology, region, token) : IsFresh(topology, region, bound.MaxStaleness, now))
                .OrderBy(region => region.Name == local ? 0 : 1)
                .ThenBy(region => region.RoundTrip ?? TimeSpan.MaxValue)
                .Select(region => region.Name),
        ];
    }

    /// <summary>
    /// Positions are compared within one epoch. A standby that shows a later one has replayed the claim of a writer that came
    /// after the token was taken, and with it all that has survived.
    /// </summary>
    private static bool Holds(RegionTopology topology, RegionState region, ReadToken token) =>
        region.Name == topology.Writer?.Region
            ? topology.Writer.Term.Epoch >= token.Epoch
            : region is { Condition: RegionCondition.Standby, Misses: 0, Report: { Epoch: { } row } report }
                && (row.Epoch > token.Epoch || (row.Epoch == token.Epoch && report.Lsn >= token.Position));

    private static bool IsFresh(RegionTopology topology, RegionState region, TimeSpan maxStaleness, TimeSpan now) =>
        region.Name == topology.Writer?.Region
        || (region is { Condition: RegionCondition.Standby, Misses: 0, FreshAsOf: { } asOf } && now - asOf <= maxStaleness);
}

using System.Text.Json.Serialization;
using Resilience.Regions;

namespace Resilience.Fleet;

/// <summary>The highest term that a replica has seen of a cluster.</summary>
/// <param name="Cluster">The cluster's system identifier.</param>
/// <param name="Epoch">The epoch.</param>
/// <param name="Timeline">The WAL timeline.</param>
internal sealed record SharedTerm(long Cluster, long Epoch, int Timeline)
{
    [JsonIgnore]
    public WriterTerm Writer => new(Epoch, Timeline);

    /// <summary>What a replica has seen, in this run or an earlier one; null when it has seen nothing.</summary>
    public static SharedTerm? Of(RegionTopology topology) =>
        (topology.SystemIdentifier ?? topology.Remembered?.SystemIdentifier) is { } cluster && topology.KnownTerm(cluster) is { Epoch: > 0 } term
            ? new SharedTerm(cluster, term.Epoch, term.Timeline)
            : null;
}

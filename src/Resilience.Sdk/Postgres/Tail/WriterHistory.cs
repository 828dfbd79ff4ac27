using Resilience.Regions;

namespace Resilience.Postgres.Tail;

/// <summary>
/// One reign of one server over one cluster. Two that differ in anything may have lost what the other had: an epoch alone can be
/// claimed twice when a claim is lost, and a server behind an address can be replaced by its own standby without a new epoch.
/// </summary>
/// <param name="Cluster">The system identifier.</param>
/// <param name="Region">The region.</param>
/// <param name="Epoch">The epoch of its claim.</param>
/// <param name="Timeline">Its WAL timeline; 0 where there is none to show.</param>
internal sealed record WriterHistory(long Cluster, string Region, long Epoch, int Timeline)
{
    /// <summary>The present one, or null while there is no writer.</summary>
    public static WriterHistory? Of(RegionTopology topology) => topology is { Writer: { } writer, SystemIdentifier: { } cluster }
        ? new WriterHistory(cluster, writer.Region, writer.Term.Epoch, writer.Term.Timeline)
        : null;

    /// <summary>Whether this one may lack what the other had: a later reign over the same cluster.</summary>
    public bool MayLack(WriterHistory other) => Cluster == other.Cluster && this != other && Epoch >= other.Epoch;
}

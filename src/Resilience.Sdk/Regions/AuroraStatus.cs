using System.Collections.Immutable;

namespace Resilience.Regions;

/// <summary>What an Aurora instance says of its cluster and of its global database. It has no log positions that could be compared.</summary>
internal sealed record AuroraStatus
{
    /// <summary>Whether it is on the storage that the writer writes to: what was committed there is not lost with the writer.</summary>
    public bool SharesStorage { get; init; }

    /// <summary>The AWS region it is in; null outside of a global database.</summary>
    public string? AwsRegion { get; init; }

    /// <summary>How far what it shows is behind the writer, at most; null when Aurora does not say, as for the writer itself.</summary>
    public TimeSpan? Lag { get; init; }

    /// <summary>The clusters of the global database, this one's among them; empty outside of one.</summary>
    public ImmutableArray<AuroraRegionLag> Clusters { get; init; } = [];

    /// <summary>How much would be lost with the writer in that AWS region; null when nothing is said of it.</summary>
    public TimeSpan? ExposureOf(string? awsRegion)
    {
        foreach (var cluster in Clusters)
        {
            if (awsRegion is not null && string.Equals(cluster.AwsRegion, awsRegion, StringComparison.Ordinal))
            {
                return cluster.Rpo ?? cluster.Durability;
            }
        }

        return null;
    }
}

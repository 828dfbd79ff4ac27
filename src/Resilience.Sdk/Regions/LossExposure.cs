namespace Resilience.Regions;

/// <summary>
/// How much would be lost with the writer, where the servers themselves measure it: Aurora does, per region, at both ends.
/// The writer's word counts first, because what is cut off from it does not know what it is missing.
/// </summary>
internal static class LossExposure
{
    /// <summary>The least of all regions: the best that a promotion can save. Null when none is known.</summary>
    public static TimeSpan? AtLossOf(RegionTopology topology, string writer)
    {
        TimeSpan? least = null;
        foreach (var region in topology.Regions)
        {
            if (region.Name != writer && Of(topology, region) is { } exposure && !(exposure >= least))
            {
                least = exposure;
            }
        }

        return least;
    }

    /// <summary>What a promotion of this region would lose; null when it is not known, or for the writer itself.</summary>
    public static TimeSpan? Of(RegionTopology topology, RegionState region)
    {
        if (region is not { Condition: RegionCondition.Standby or RegionCondition.Writable, Report: { Aurora: { } own } report }
            || (topology.Writer ?? topology.LastWriter) is not { } writer || writer.Region == region.Name)
        {
            return null;
        }

        return topology.Find(writer.Region)?.Report?.Aurora?.ExposureOf(own.AwsRegion)
            ?? own.ExposureOf(own.AwsRegion)
            ?? (report.InRecovery && own.SharesStorage ? TimeSpan.Zero : null);
    }
}

using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>Told by <see cref="TopologyTracker"/> of each change, one after the other.</summary>
internal interface ITopologyListener
{
    /// <summary>Before readers see the change: what they will act on must be in place when they wake.</summary>
    void Changing(TopologyChange change);

    /// <summary>After readers can see it.</summary>
    void Changed(RegionTopology before, TopologyChange change);
}

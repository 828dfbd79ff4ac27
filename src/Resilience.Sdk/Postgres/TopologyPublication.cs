using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>A topology as readers see it, with a task that completes when the next one replaces it.</summary>
internal sealed record TopologyPublication(RegionTopology Topology, Task Replaced);

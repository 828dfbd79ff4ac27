using System.Collections.Immutable;

namespace Resilience.Regions;

/// <summary>The result of one observation: the state after it, and what happened on the way.</summary>
internal readonly record struct TopologyChange(RegionTopology Topology, ImmutableArray<TopologyEvent> Events);

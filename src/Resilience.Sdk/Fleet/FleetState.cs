using System.Collections.Immutable;

namespace Resilience.Fleet;

/// <summary>The replicas of this service, as far as this one knows them.</summary>
/// <param name="Store">Where decisions are shared; null when each process decides for itself.</param>
/// <param name="IsReachable">Whether that could be reached last.</param>
/// <param name="Replicas">The replicas, this one among them, by name.</param>
internal sealed record FleetState(string? Store, bool IsReachable, ImmutableArray<FleetReplica> Replicas);

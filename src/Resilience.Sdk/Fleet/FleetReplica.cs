namespace Resilience.Fleet;

/// <summary>A replica, as this one sees it.</summary>
/// <param name="Name">Its name: the host's and the process's.</param>
/// <param name="IsThis">Whether it is this one.</param>
/// <param name="SilentFor">How long ago it was heard.</param>
/// <param name="Note">What it tells.</param>
internal sealed record FleetReplica(string Name, bool IsThis, TimeSpan SilentFor, ReplicaNote Note);

namespace Resilience.Postgres;

/// <summary>What a registered switchover is asked to do: move the writes of a database, as planned, without losing any.</summary>
/// <param name="Dependency">The database's name in the configuration.</param>
/// <param name="FromRegion">The region that writes now.</param>
/// <param name="ToRegion">The preferred region: a standby that has been well for long enough.</param>
/// <param name="Epoch">The epoch of the present writer. One that is asked with an epoch that is over has nothing to do.</param>
public sealed record SwitchoverRequest(string Dependency, string FromRegion, string ToRegion, long Epoch);

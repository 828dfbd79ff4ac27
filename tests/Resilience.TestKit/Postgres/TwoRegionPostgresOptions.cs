namespace Resilience.TestKit;

/// <summary>How the pair of regions is set up.</summary>
public sealed record TwoRegionPostgresOptions
{
    /// <summary>The server that starts as the primary.</summary>
    /// <value>Default region "us-east-1" on 127.0.1.1.</value>
    public PostgresServerOptions East { get; init; } = new() { Region = "us-east-1", Host = "127.0.1.1" };

    /// <summary>The server that starts as the standby.</summary>
    /// <value>Default region "us-west-2" on 127.0.2.1.</value>
    public PostgresServerOptions West { get; init; } = new() { Region = "us-west-2", Host = "127.0.2.1" };

    /// <summary>Whether the primary waits for the standby before it acknowledges a commit.</summary>
    /// <value>Default false. Holds for the first primary only; after a promotion call <see cref="PostgresServer.SetAsync"/> on the new one.</value>
    public bool SynchronousReplication { get; init; }
}

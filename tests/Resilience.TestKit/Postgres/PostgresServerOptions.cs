namespace Resilience.TestKit;

/// <summary>How a single PostgreSQL server is set up.</summary>
public sealed record PostgresServerOptions
{
    /// <summary>The region that the server stands for; also its <c>cluster_name</c>, so <c>synchronous_standby_names</c> can name it.</summary>
    /// <value>Default "local".</value>
    public string Region { get; init; } = "local";

    /// <summary>The loopback address on which the server listens.</summary>
    /// <value>Default 127.0.0.1; any address of 127.0.0.0/8.</value>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>The TCP port, where several servers shall have the same one on different addresses.</summary>
    /// <value>Default null: a port that nobody has. One from <see cref="FreePort.Reserve"/> is free on every address.</value>
    public int? Port { get; init; }

    /// <summary>Whether the server forces its writes to disk.</summary>
    /// <value>Default true, so that measured times are honest; false is faster and survives a killed server all the same, but not a lost machine.</value>
    public bool Fsync { get; init; } = true;

    /// <summary>For a standby: where it connects for its WAL when that is not the primary itself, for instance a proxy that a test cuts.</summary>
    /// <value>Default null: the primary's own address. Form "host:port".</value>
    public string? ReplicateThrough { get; init; }

    /// <summary>Further settings as in postgresql.conf; they win over those of the kit.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

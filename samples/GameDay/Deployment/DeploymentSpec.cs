namespace GameDay.Deployment;

/// <summary>What an experiment needs to run on.</summary>
internal sealed record DeploymentSpec
{
    public const int MaxReplicas = 8;

    /// <summary>Replicas of the service, spread over the zones a, b and c. With more than one a load balancer is in front.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>A proxy process beside each replica, through which all its HTTP goes, in and out.</summary>
    public bool Sidecars { get; init; }

    /// <summary>What is reached through a proxy whose network can be disturbed: payment-gateway, ml-service, elasticsearch, cache or a region.</summary>
    public IReadOnlyList<string> Proxies { get; init; } = [];

    /// <summary>The regions of the database are named by names that an own name server answers.</summary>
    public bool Names { get; init; }

    /// <summary>A network of its own, which actions may cut.</summary>
    public bool PrivateNetwork { get; init; }

    /// <summary>Where a commit is acknowledged only when the other region has it.</summary>
    public bool SynchronousReplication { get; init; }

    /// <summary>What the journal of the service lies on: a folder, a small disk that can be filled, or one that can lose its power.</summary>
    public JournalDisk JournalDisk { get; init; }

    /// <summary>The writing region's data lies on a small disk that can be filled.</summary>
    public bool SmallDatabaseDisk { get; init; }

    /// <summary>The wall clock of each replica can be moved.</summary>
    public bool MovableClocks { get; init; }

    /// <summary>Further settings of the service, with colons.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Another build of the service; null for the one that belongs to this program.</summary>
    public string? ServiceProgram { get; init; }

    /// <summary>Mounts and packet filters need namespaces of their own, which root can have.</summary>
    public bool NeedsNamespace => PrivateNetwork || Names || SmallDatabaseDisk || JournalDisk != JournalDisk.Folder;
}

namespace Resilience.Regions;

/// <summary>What a region is to us, by its last answers.</summary>
internal enum RegionCondition
{
    /// <summary>Never observed, or not for too long.</summary>
    Unknown,

    /// <summary>Out of recovery, writable, of our cluster, and its term is the highest we know.</summary>
    Writable,

    /// <summary>A standby of our cluster.</summary>
    Standby,

    /// <summary>Out of recovery but refusing writes, for example with a full disk or by configuration.</summary>
    ReadOnly,

    /// <summary>Writable with a term below the highest seen: a former writer that must not be written to.</summary>
    Fenced,

    /// <summary>A server of another cluster: its data is not ours.</summary>
    Foreign,

    /// <summary>It does not answer.</summary>
    Unreachable,

    /// <summary>It answers but refuses us.</summary>
    Rejected,
}

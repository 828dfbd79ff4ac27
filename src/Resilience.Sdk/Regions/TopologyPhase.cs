namespace Resilience.Regions;

/// <summary>How sure we are of the writer.</summary>
internal enum TopologyPhase
{
    /// <summary>No writer was ever found; not all regions have answered or failed yet.</summary>
    Discovering,

    /// <summary>The writer answers its probes.</summary>
    Steady,

    /// <summary>Something about the writer failed; it stays the writer while all regions are asked at once.</summary>
    Suspect,

    /// <summary>Nobody may be written to until a writer proves itself.</summary>
    NoWriter,
}

namespace Resilience.Regions;

/// <summary>What seems to be the matter with the writer of a database, judged from the answers of all its regions.</summary>
public enum WriterDiagnosis
{
    /// <summary>Not known: not everybody was heard, or the answers fit nothing else.</summary>
    Unknown,

    /// <summary>The writer answers, and nobody else takes writes.</summary>
    Healthy,

    /// <summary>The last writer does not serve while others, or its own host, answer.</summary>
    PrimaryDown,

    /// <summary>The last writer is up, or nothing at all answers: it is this process that is cut off.</summary>
    LocalPartition,

    /// <summary>Another region was promoted, and writes do not go there yet.</summary>
    Promoted,

    /// <summary>Two regions of the same cluster take writes. The older one is fenced here; clients that do not know it may still write to it.</summary>
    SplitBrain,

    /// <summary>The last writer was set read-only while it was well: somebody moves the writes. What is under way there may finish, new work waits.</summary>
    PlannedSwitchover,
}

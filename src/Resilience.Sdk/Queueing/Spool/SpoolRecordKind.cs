namespace Resilience.Queueing.Spool;

/// <summary>What happened to an entry. The numbers are in journals: never change one.</summary>
internal enum SpoolRecordKind
{
    /// <summary>It was promised.</summary>
    Promised = 1,

    /// <summary>It was carried out.</summary>
    Completed = 2,

    /// <summary>The promise was taken back before it was given: its key belongs to another request.</summary>
    Withdrawn = 3,
}

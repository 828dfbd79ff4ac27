namespace Resilience.Postgres.Tail;

/// <summary>What came of an operation that a new writer may not have.</summary>
internal enum TailResult
{
    /// <summary>It had it.</summary>
    Survived,

    /// <summary>It did not, and has it now.</summary>
    Reapplied,

    /// <summary>It could not be asked, or refused; it is tried again.</summary>
    Later,

    /// <summary>It does not have it and never will.</summary>
    Lost,
}

namespace Resilience.Postgres.Tail;

/// <summary>What came of an operation that a new writer may not have.</summary>
internal enum TailResult
{
    /// <summary>It had it.</summary>
    Survived,

    /// <summary>It did not, and has it now.</summary>
    Reapplied,

    /// <summary>It refused it; it is tried again, after the others.</summary>
    Refused,

    /// <summary>There is no writer to ask; all wait.</summary>
    Away,

    /// <summary>It does not have it and never will.</summary>
    Lost,
}

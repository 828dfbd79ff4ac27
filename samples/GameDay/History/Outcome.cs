namespace GameDay.History;

internal enum Outcome
{
    Succeeded,

    /// <summary>An answer of the contract that says it is less than the full service, for instance a queued payment.</summary>
    Degraded,

    /// <summary>An answer outside the contract, an exception or a time-out.</summary>
    Failed,
}

namespace Resilience.Postgres;

/// <summary>What to do when only one region answers.</summary>
public enum Corroboration
{
    /// <summary>Write to it, if it is the writer by its own proof. A process that is cut off together with a former writer goes on writing there.</summary>
    Available,

    /// <summary>
    /// Write to no region while no other one answers: another would show a later epoch. Writes stop 5 seconds after the last answer of
    /// any other region. Needs three regions, because with two the loss of either stops writes.
    /// </summary>
    Strict,
}

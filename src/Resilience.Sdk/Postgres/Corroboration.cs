namespace Resilience.Postgres;

/// <summary>What to do when only one region answers.</summary>
public enum Corroboration
{
    /// <summary>Write to it, if it is the writer by its own proof. A process that is cut off together with a former writer goes on writing there.</summary>
    Available,

    /// <summary>
    /// Write only while more than half of the regions answer, the writer among them; former writers do not count. Writes stop 5 seconds
    /// after the majority was last heard. Needs three regions, because with two the loss of either stops writes. It protects from
    /// a promotion that is made in the sight of a majority, not from one that is made in a minority.
    /// </summary>
    Strict,
}

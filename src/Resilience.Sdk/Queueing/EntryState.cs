namespace Resilience.Queueing;

/// <summary>Where an entry is in its store. The numbers are stored: never change one.</summary>
internal enum EntryState
{
    /// <summary>Waits for its time.</summary>
    Ready = 0,

    /// <summary>A worker has it until the lease ends.</summary>
    Leased = 1,

    /// <summary>Carried out. Kept for a while, so that its key is still known.</summary>
    Done = 2,

    /// <summary>Not tried again by itself; an operator replays or purges it.</summary>
    Parked = 3,

    /// <summary>Too old for the other side to know its key, so it may not be sent again: a person compares the books.</summary>
    Reconcile = 4,
}

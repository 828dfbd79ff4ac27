namespace Resilience.Queueing.Stores;

/// <summary>What a store says of an entry that it was given.</summary>
internal enum StoreAnswer
{
    /// <summary>It has it now.</summary>
    Stored,

    /// <summary>It had it already, with the same payload; in whatever state it is now.</summary>
    Present,

    /// <summary>The key belongs to another payload. Nothing was changed.</summary>
    Conflict,
}

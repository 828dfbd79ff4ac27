namespace Resilience.Postgres.Pooling;

/// <summary>What a caller of <see cref="OpenTurns"/> may do now.</summary>
internal enum OpenTurn
{
    /// <summary>Nothing: it waits, or waited too long.</summary>
    None,

    /// <summary>Take a connection that is idle.</summary>
    TakeIdle,

    /// <summary>Make a connection, or take one that is idle meanwhile.</summary>
    Make,
}

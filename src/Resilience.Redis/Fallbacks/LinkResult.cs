namespace Resilience.Redis.Fallbacks;

/// <summary>What became of a command.</summary>
internal enum LinkResult
{
    /// <summary>There is no connection, or no answer in time: it is worth trying again.</summary>
    Unavailable,

    /// <summary>The server has executed it.</summary>
    Done,

    /// <summary>The server has refused it, and would again.</summary>
    Refused,
}

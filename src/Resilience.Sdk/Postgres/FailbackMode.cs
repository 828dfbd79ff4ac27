namespace Resilience.Postgres;

/// <summary>What happens when the preferred region is healthy again and another one writes.</summary>
public enum FailbackMode
{
    /// <summary>Nothing: it is a reader until an operator moves the writes, which is a switch like any other.</summary>
    Manual,

    /// <summary>
    /// When it has been well for long enough, the switchover that the application has registered is called. The SDK promotes nothing
    /// itself.
    /// </summary>
    Auto,
}

namespace Resilience.Postgres;

/// <summary>What happens when the region that used to write is healthy again.</summary>
public enum FailbackMode
{
    /// <summary>Nothing: it is a reader until an operator promotes it, which is a failover like any other.</summary>
    Manual,
}

namespace Resilience.Pipelines.Bulkhead;

/// <summary>Who sets the number of calls that may run at once.</summary>
public enum BulkheadMode
{
    /// <summary>The configuration: <see cref="BulkheadOptions.PermitLimit"/>, always.</summary>
    Fixed,

    /// <summary>
    /// The measured latency and the overload answers of the dependency, between <see cref="BulkheadOptions.MinLimit"/> and
    /// <see cref="BulkheadOptions.MaxLimit"/>.
    /// </summary>
    Adaptive,
}

namespace Resilience.Sdk.Tests.Pipelines.Bulkhead;

/// <summary>How durations vary; public for test data.</summary>
public enum Spread
{
    /// <summary>All alike.</summary>
    None,

    /// <summary>With a standard deviation as large as the mean.</summary>
    Exponential,

    /// <summary>Every tenth call takes eleven times as long as the others: a standard deviation of 2.3 means.</summary>
    Heavy,
}

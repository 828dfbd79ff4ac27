using Polly;

namespace Resilience.Pipelines.Bulkhead;

/// <summary>The call was not made: as many as allowed were running, and no place became free in time.</summary>
public sealed class BulkheadRejectedException : ExecutionRejectedException
{
    internal BulkheadRejectedException(string message)
        : base(message)
    {
    }
}

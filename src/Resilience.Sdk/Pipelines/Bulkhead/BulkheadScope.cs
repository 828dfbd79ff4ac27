namespace Resilience.Pipelines.Bulkhead;

/// <summary>What a permit of a bulkhead is held for.</summary>
public enum BulkheadScope
{
    /// <summary>One attempt: nothing is held while a call backs off.</summary>
    Attempt,

    /// <summary>
    /// The whole call with its repeats and pauses, as the limiter of Microsoft's standard handler, which is outermost, holds it.
    /// Calls that back off keep others out.
    /// </summary>
    Call,
}

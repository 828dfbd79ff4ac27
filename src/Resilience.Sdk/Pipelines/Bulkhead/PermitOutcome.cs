namespace Resilience.Pipelines.Bulkhead;

/// <summary>What the end of a call says about the load of who answered it.</summary>
internal enum PermitOutcome
{
    /// <summary>Nothing: cancelled by the caller, never sent, failed before an answer. Its duration is not a latency.</summary>
    Neutral,

    /// <summary>An answer after the time it takes to make one. Its duration counts.</summary>
    Answered,

    /// <summary>
    /// It is too much: 429, 503, or no answer in time. The duration does not count, because a refusal is quicker than an
    /// answer and a time-out measures our patience.
    /// </summary>
    Overloaded,
}

namespace Resilience.Pipelines.Retry;

/// <summary>Why a call is repeated, or not. The names are values of a telemetry tag.</summary>
internal enum RetryReason
{
    /// <summary>Repeated after the computed pause.</summary>
    Backoff,

    /// <summary>Repeated after the pause that the dependency asked for.</summary>
    RetryAfter,

    /// <summary>Not repeated: there is nothing to mend.</summary>
    Final,

    /// <summary>Not repeated: the caller gave up.</summary>
    Cancelled,

    /// <summary>Not repeated: we refused the attempt ourselves.</summary>
    Rejected,

    /// <summary>Not repeated: switched off.</summary>
    Disabled,

    /// <summary>Not repeated: the dependency may have acted, and acting twice is not safe.</summary>
    NotIdempotent,

    /// <summary>Not repeated: the request's body is gone.</summary>
    NotReplayable,

    /// <summary>Not repeated: as often as allowed already.</summary>
    AttemptsExhausted,

    /// <summary>Not repeated: the dependency asks for a longer pause than allowed.</summary>
    RetryAfterTooLong,

    /// <summary>Not repeated: the deadline comes before the pause is over.</summary>
    DeadlineTooClose,

    /// <summary>Not repeated: repeats and hedges have used up their share of the traffic.</summary>
    BudgetExhausted,
}

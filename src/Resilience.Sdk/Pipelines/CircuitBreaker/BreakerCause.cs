namespace Resilience.Pipelines.CircuitBreaker;

/// <summary>Why a circuit changed its state.</summary>
internal enum BreakerCause
{
    /// <summary>So many failures in a row.</summary>
    ConsecutiveFailures,

    /// <summary>Too large a share of failures.</summary>
    FailureRatio,

    /// <summary>Too large a share of slow calls.</summary>
    SlowCalls,

    /// <summary>The break has passed.</summary>
    BreakElapsed,

    /// <summary>A trial failed.</summary>
    TrialFailed,

    /// <summary>A trial was slow.</summary>
    TrialSlow,

    /// <summary>A trial did not end in time.</summary>
    TrialExpired,

    /// <summary>Enough trials succeeded.</summary>
    TrialsSucceeded,

    /// <summary>An operator closed the circuit.</summary>
    Reset,
}

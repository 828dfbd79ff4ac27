namespace Resilience.Pipelines.Retry;

/// <summary>What became of one attempt, as far as repeating is concerned.</summary>
internal enum AttemptResult
{
    /// <summary>An answer that needs no repeat, a permanent error of the caller's making included.</summary>
    Final,

    /// <summary>It failed in a way that may pass: an error of the dependency, a broken connection, the attempt's time-out.</summary>
    Failure,

    /// <summary>The dependency refused it because it has too much to do.</summary>
    Overloaded,

    /// <summary>It failed before anything reached the dependency, which is therefore known not to have acted.</summary>
    NotSent,

    /// <summary>We refused it ourselves: breaker open, no permit. A repeat would only add to what is refused.</summary>
    Rejected,

    /// <summary>The caller gave up.</summary>
    Cancelled,
}

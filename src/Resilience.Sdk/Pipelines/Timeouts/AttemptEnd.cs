namespace Resilience.Pipelines.Timeouts;

/// <summary>What cancelled an attempt.</summary>
internal enum AttemptEnd
{
    /// <summary>Nothing did.</summary>
    None,

    /// <summary>Its time-out.</summary>
    TimedOut,

    /// <summary>The caller's token.</summary>
    CallerCancelled,
}

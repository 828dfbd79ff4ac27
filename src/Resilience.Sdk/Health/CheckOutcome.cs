namespace Resilience.Health;

/// <summary>How one look at something ended.</summary>
internal enum CheckOutcome
{
    /// <summary>It is well.</summary>
    Succeeded,

    /// <summary>It works, but says itself that not all is well.</summary>
    Degraded,

    /// <summary>It failed, or did not answer in time.</summary>
    Failed,
}

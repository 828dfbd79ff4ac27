namespace Resilience.Health;

/// <summary>What is known of something that is looked at.</summary>
internal enum CheckStatus
{
    /// <summary>Nothing yet, or nothing recent enough to rely on.</summary>
    Unknown,

    /// <summary>It is well.</summary>
    Healthy,

    /// <summary>It works, but says itself that not all is well.</summary>
    Degraded,

    /// <summary>It has failed as often in a row as it takes.</summary>
    Unhealthy,
}

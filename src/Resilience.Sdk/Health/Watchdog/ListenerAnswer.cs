namespace Resilience.Health.Watchdog;

/// <summary>What a try of the application's own listener has shown.</summary>
internal enum ListenerAnswer
{
    /// <summary>It was not tried, or cannot be.</summary>
    NotTried,

    /// <summary>It answered; what it said is of no interest.</summary>
    Answered,

    /// <summary>It accepted the connection and said nothing in time.</summary>
    Silent,

    /// <summary>It did not accept a connection.</summary>
    Refused,
}

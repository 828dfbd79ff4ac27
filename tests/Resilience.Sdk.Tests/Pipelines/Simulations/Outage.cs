namespace Resilience.Sdk.Tests.Pipelines.Simulations;

/// <summary>How a simulated server is away.</summary>
public enum Outage
{
    /// <summary>It is there.</summary>
    None,

    /// <summary>Every call fails at once.</summary>
    Refuses,

    /// <summary>Calls are accepted and wait; once it is back, it works off what piled up, whether anybody still waits or not.</summary>
    Hangs,
}

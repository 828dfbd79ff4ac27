namespace Resilience.Pipelines.Bulkhead;

/// <summary>What the running window is for.</summary>
internal enum GradientPhase
{
    /// <summary>The limit is in force and adapts.</summary>
    Steady,

    /// <summary>Half the limit is in force; calls from before it still end, so nothing is learned.</summary>
    Draining,

    /// <summary>Half the limit is in force, and what is measured is the latency without a queue of our making.</summary>
    Probing,
}

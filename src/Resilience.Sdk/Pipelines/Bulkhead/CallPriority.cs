namespace Resilience.Pipelines.Bulkhead;

/// <summary>How much a call matters when not all can run. An unset priority is <see cref="Normal"/>.</summary>
/// <remarks>
/// A free permit goes to the highest waiting priority, first come first served within one. When the queue is full, the lowest
/// waiting priority below the newcomer's gives up its newest waiter; without one the newcomer is refused. So calls are shed in
/// the order <see cref="Low"/>, <see cref="Normal"/>, <see cref="Critical"/>. Running calls are never interrupted.
/// </remarks>
public enum CallPriority
{
    /// <summary>Work that nobody waits for: prefetching, recommendations, batch. Shed first.</summary>
    Low = -1,

    /// <summary>What a user waits for.</summary>
    Normal = 0,

    /// <summary>What must go through as long as anything does: payments, operations. Shed last.</summary>
    Critical = 1,
}

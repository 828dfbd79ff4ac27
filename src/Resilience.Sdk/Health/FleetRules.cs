namespace Resilience.Health;

/// <summary>When so few replicas are ready that the others agree: it is not this process that is at fault.</summary>
internal static class FleetRules
{
    /// <param name="replicas">All replicas, this one included.</param>
    /// <param name="readyOthers">Those that are ready without this one.</param>
    public static bool IsShort(int replicas, int readyOthers) => replicas > 1 && 2 * readyOthers < replicas;
}

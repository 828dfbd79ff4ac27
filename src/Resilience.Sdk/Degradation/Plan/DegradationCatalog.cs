namespace Resilience.Degradation.Plan;

/// <summary>What a plan may name: all that the application has added in code. Fixed once the application is built.</summary>
internal sealed class DegradationCatalog
{
    public HashSet<string> Fallbacks { get; } = new(StringComparer.Ordinal);

    /// <summary>Queues, by the service whose requests they hold.</summary>
    public HashSet<string> Queues { get; } = new(StringComparer.Ordinal);

    public HashSet<string> Features { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Actions that the application added, by name.</summary>
    public HashSet<string> Actions { get; } = new(StringComparer.Ordinal);
}

using System.Collections.Immutable;

namespace Resilience.Health;

/// <summary>All that readiness depends on, at one moment.</summary>
internal sealed record ReadinessInput
{
    public ImmutableArray<HealthSubject> Subjects { get; init; } = [];

    /// <summary>What is wrong with the process itself, when requests had better go elsewhere.</summary>
    public ImmutableArray<string> UnfitFor { get; init; } = [];

    /// <summary>What is not as it should be, but hinders no request.</summary>
    public ImmutableArray<string> Impaired { get; init; } = [];

    /// <summary>Whether so many replicas are out of service that this one must stay, whatever its dependencies say.</summary>
    public bool FleetIsShort { get; init; }

    public bool IsDraining { get; init; }

    /// <summary>This process's own share of the hold-off, 0 to 1, the same for its whole life.</summary>
    public double HoldOffShare { get; init; }
}

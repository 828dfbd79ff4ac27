using Resilience.Degradation.Plan;

namespace Resilience.DependencyInjection;

/// <summary>What configuration may name because code has added it.</summary>
/// <param name="Catalog">Fallbacks, queues, features and actions.</param>
/// <param name="Dependencies">Dependencies that HTTP clients were given.</param>
internal sealed record NamesInCode(DegradationCatalog Catalog, IReadOnlyCollection<string> Dependencies)
{
    /// <summary>Databases that a switchover is registered for.</summary>
    public IReadOnlyCollection<string> Switchovers { get; init; } = [];

    public static readonly NamesInCode None = new(new DegradationCatalog(), []);
}

using Resilience.Degradation.Fallbacks;
using Resilience.Degradation.Plan;

namespace Resilience.Degradation;

/// <summary>What the application added in code. Fixed once it is built.</summary>
internal sealed class DegradationRegistry
{
    /// <summary>Their names, for the configuration.</summary>
    public DegradationCatalog Catalog { get; } = new();

    public Dictionary<string, IFallback> Fallbacks { get; } = new(StringComparer.Ordinal);

    /// <summary>Makes the queue of a service, an <see cref="IRequestQueue{TRequest}"/> of its request's type.</summary>
    public Dictionary<string, Func<IServiceProvider, object>> Queues { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Func<IServiceProvider, EpisodeNotice, CancellationToken, ValueTask>> Actions { get; } = new(StringComparer.Ordinal);
}

using Polly;

namespace Resilience.Pipelines;

/// <summary>Names the strategy in Polly's telemetry.</summary>
internal sealed class DependencyStrategyOptions : ResilienceStrategyOptions
{
    public DependencyStrategyOptions() => Name = "Dependency";
}

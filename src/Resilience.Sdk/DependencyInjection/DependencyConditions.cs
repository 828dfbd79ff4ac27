using Resilience.Degradation.Episodes;
using Resilience.Health;
using Resilience.Pipelines;
using Resilience.Pipelines.CircuitBreaker;

namespace Resilience.DependencyInjection;

/// <summary>
/// Says how a dependency is, whatever its kind: a database has a writer or not, what is called has a circuit, what is looked
/// at has a check. Reads snapshots only.
/// </summary>
internal sealed class DependencyConditions(SettingsMonitor settings, DatabaseRegistry databases, DependencyRegistry dependencies, HealthMonitor monitor)
{
    public DependencyCondition Of(string name)
    {
        if (settings.Current.FindDatabase(name) is not null)
        {
            return databases.Get(name).WriterRegion is null ? DependencyCondition.Down : DependencyCondition.Well;
        }

        if (monitor.Find(name)?.State.Status == CheckStatus.Unhealthy)
        {
            return DependencyCondition.Down;
        }

        return dependencies.Get(name).WorstBreaker() switch
        {
            { State: CircuitBreakerState.ForcedOpen } => DependencyCondition.Down,
            { Restricts: true } => DependencyCondition.DownUntilCalled,
            _ => DependencyCondition.Well,
        };
    }
}

using System.Diagnostics.Metrics;
using Resilience.Degradation;
using Resilience.Degradation.Episodes;

namespace Resilience.DependencyInjection;

/// <summary>What a host itself is at the moment a meter is read: its episodes, whether it can share decisions, whether a configuration was refused.</summary>
internal sealed class HostGauges
{
    public HostGauges(EpisodeMonitor episodes, FleetService fleet, SettingsMonitor settings, DatabaseRegistry databases, Meter meter)
    {
        meter.CreateObservableGauge("dr.degradation.phase", () => Phases(episodes), description: "0 healthy, 1 degraded, 2 recovering.");
        meter.CreateObservableGauge("dr.fleet.reachable", () => Reachable(fleet), description: "1 while decisions can be shared with the other replicas, 0 while they cannot; none where they are not shared.");
        meter.CreateObservableGauge("dr.configuration.refused", () => settings.RefusedReload.Count > 0 || databases.Existing.Any(database => database.PendingChange is not null) ? 1 : 0, description: "1 while the configuration in use is not the one that was read last.");
    }

    private static IEnumerable<Measurement<int>> Phases(EpisodeMonitor episodes) =>
        episodes.Episodes.Select(episode => new Measurement<int>(Number(episode.State.Phase), new KeyValuePair<string, object?>("dr.dependency", episode.Dependency)));

    // Dashboards keep these numbers: they do not follow the order of the enum.
    private static int Number(EpisodePhase phase) => phase switch
    {
        EpisodePhase.Healthy => 0,
        EpisodePhase.Degraded => 1,
        _ => 2,
    };

    private static IEnumerable<Measurement<int>> Reachable(FleetService fleet) => fleet.IsReachable is { } reachable ? [new(reachable ? 1 : 0)] : [];
}

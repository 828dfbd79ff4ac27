using GameDay.Experiments.RegionFailover;
using Resilience.Internal;

namespace GameDay.Experiments;

/// <summary>All experiments by name.</summary>
internal static class ExperimentCatalog
{
    public static IReadOnlyList<IExperiment> All { get; } = [new RegionFailoverExperiment()];

    public static IExperiment? Find(string name) => All.FirstOrDefault(e => e.Name == name);

    /// <summary>What to tell somebody who asked for an experiment that does not exist.</summary>
    public static string Unknown(string name) =>
        NearestName.Of(name, All.Select(e => e.Name)) is { } nearest
            ? $"There is no experiment '{name}'; did you mean '{nearest}'?"
            : $"There is no experiment '{name}'; 'list' shows all of them.";
}

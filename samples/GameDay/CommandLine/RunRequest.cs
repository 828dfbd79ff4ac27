using GameDay.Experiments;
using GameDay.Objectives;

namespace GameDay.CommandLine;

/// <summary>What the user asked for.</summary>
internal sealed record RunRequest(IReadOnlyList<Experiment> Experiments, ExperimentSettings Settings, BusinessImpact Objectives, string? ReportDirectory, bool Serve)
{
    /// <summary>A plan grows in severity: nobody goes on after an experiment that did not pass.</summary>
    public bool StopAtFirst { get; init; }

    /// <summary>Several experiments share the directory by name, because each of them writes a report.json.</summary>
    public string DirectoryFor(Experiment experiment) => ReportDirectory switch
    {
        null => Path.Combine("artifacts", "game-days", experiment.Name),
        { } directory when Experiments.Count > 1 => Path.Combine(directory, experiment.Name),
        { } directory => directory,
    };
}

using GameDay.Objectives;

namespace GameDay.Experiments;

/// <summary>The objectives that a run is judged by and that the service is configured with.</summary>
/// <param name="Rto">How soon customers must be served again.</param>
/// <param name="Rpo">How much of what was acknowledged may be lost, in time.</param>
internal sealed record RecoveryTargets(TimeSpan Rto, TimeSpan Rpo)
{
    public static RecoveryTargets Standard { get; } = new(TimeSpan.FromMinutes(1), TimeSpan.Zero);

    /// <summary>The system of the business impact analysis that the experiment stands for; null when it stands for none.</summary>
    public BusinessSystem? System { get; init; }

    /// <summary>The experiment's own objectives, else those of its system.</summary>
    /// <exception cref="InvalidDataException">The analysis does not have the system.</exception>
    public static RecoveryTargets Of(Experiment experiment, BusinessImpact analysis)
    {
        var system = experiment.System is { } name
            ? analysis.Find(name) ?? throw new InvalidDataException($"{experiment.Name}: {analysis.Unknown(name)}")
            : null;
        return new RecoveryTargets(experiment.Rto ?? system?.Rto ?? Standard.Rto, experiment.Rpo ?? system?.Rpo ?? Standard.Rpo) { System = system };
    }
}

namespace GameDay.Experiments;

/// <summary>Experiments that are run one after the other; the first that does not pass ends the plan.</summary>
internal sealed record Plan(string Name, string Summary, IReadOnlyList<Experiment> Experiments);

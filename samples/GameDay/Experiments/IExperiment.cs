using GameDay.Reporting;

namespace GameDay.Experiments;

internal interface IExperiment
{
    /// <summary>What a user types.</summary>
    string Name { get; }

    /// <summary>One line for the list.</summary>
    string Summary { get; }

    /// <summary>What must hold for the verdict "passed".</summary>
    string Hypothesis { get; }

    /// <summary>Runs it to a verdict. What it deploys belongs to the session and may be used after it.</summary>
    Task<ExperimentReport> RunAsync(ExperimentSession session, CancellationToken ct);
}

using GameDay.Deployment;

namespace GameDay.Experiments;

/// <summary>One experiment as its file describes it.</summary>
internal sealed record Experiment
{
    /// <summary>What a user types; also the name of the file.</summary>
    public required string Name { get; init; }

    /// <summary>One line for the list.</summary>
    public required string Summary { get; init; }

    /// <summary>What must hold for the verdict "passed".</summary>
    public required string Hypothesis { get; init; }

    /// <summary>The system of the business impact analysis whose objectives count.</summary>
    public string? System { get; init; }

    /// <summary>Objectives that are stricter than those of the system; null leaves those.</summary>
    public TimeSpan? Rto { get; init; }

    public TimeSpan? Rpo { get; init; }

    public required DeploymentSpec Deployment { get; init; }

    public required LoadSpec Load { get; init; }

    public required SteadyStateSpec SteadyState { get; init; }

    /// <summary>In order of time; undoing after a while is a step of its own.</summary>
    public required IReadOnlyList<MethodStep> Method { get; init; }

    /// <summary>Load after the last step, before everything is undone.</summary>
    public required TimeSpan Observe { get; init; }

    /// <summary>The stop condition: above this share of failed requests the run aborts itself and rolls back.</summary>
    public required double MaxErrorRate { get; init; }

    /// <summary>Run at the end, whatever happened.</summary>
    public required IReadOnlyList<MethodStep> Rollbacks { get; init; }

    public required IReadOnlyList<ExpectedResult> Expect { get; init; }

    /// <summary>From the first step to the end of the observation.</summary>
    public TimeSpan MethodLength => (Method.Count == 0 ? TimeSpan.Zero : Method.Max(step => step.At + (step.For ?? TimeSpan.Zero))) + Observe;
}

using GameDay.Deployment;

namespace GameDay.Actions;

/// <summary>Something that can be done to the system under test, by the name that experiments use.</summary>
internal sealed record ActionKind(string Name, string Summary)
{
    /// <summary>What it can be done to; empty when there is nothing to choose.</summary>
    public IReadOnlyList<string> Targets { get; init; } = [];

    public IReadOnlyList<ActionParameter> Parameters { get; init; } = [];

    /// <summary>Whether it harms; other actions are those of an operator.</summary>
    public bool IsFault { get; init; } = true;

    /// <summary>Whether it needs a network of its own.</summary>
    public bool NeedsPrivateNetwork { get; init; }

    /// <summary>What of the deployment it needs and does not find, in words; null when it has everything.</summary>
    public Func<DeploymentSpec, ActionArguments, string?>? Missing { get; init; }

    /// <summary>Does it; returns when it has taken effect. What is returned undoes it and is asked whether it is real.</summary>
    public required Func<ActionContext, CancellationToken, Task<AppliedAction>> Apply { get; init; }
}

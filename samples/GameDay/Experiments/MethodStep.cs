using GameDay.Actions;

namespace GameDay.Experiments;

/// <summary>Something that is done to the system at a moment of the method.</summary>
/// <param name="At">Counted from the start of the method.</param>
/// <param name="Action">What is done.</param>
/// <param name="Arguments">To what, and how.</param>
internal sealed record MethodStep(TimeSpan At, ActionKind Action, ActionArguments Arguments)
{
    /// <summary>Undone after so long; null leaves that to a later step or to the end.</summary>
    public TimeSpan? For { get; init; }

    public string Description => Arguments.Describe(Action);
}

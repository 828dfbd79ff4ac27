namespace GameDay.Reporting;

/// <summary>An objective, what was measured, and where the time went.</summary>
/// <param name="Name">"rto" or "rpo".</param>
/// <param name="SetBy">Who set the target: "experiment", or a system of the business impact analysis.</param>
/// <param name="ActualSeconds">Null when it could not be measured.</param>
/// <param name="Met">Null when it is not known.</param>
/// <param name="Explanation">In words.</param>
internal sealed record ObjectiveResult(
    string Name, string SetBy, double TargetSeconds, double? ActualSeconds, bool? Met, string Explanation)
{
    /// <summary>For "rto": what each phase took; they add up to <see cref="ActualSeconds"/>.</summary>
    public IReadOnlyList<PhaseShare> Phases { get; init; } = [];
}

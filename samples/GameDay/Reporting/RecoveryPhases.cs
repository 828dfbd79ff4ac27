using System.Text.Json.Serialization;

namespace GameDay.Reporting;

/// <summary>The parts of the recovery time, in seconds; they add up to it.</summary>
/// <param name="Detection">Fault to writer declared lost.</param>
/// <param name="Validation">To proven successor; it includes the wait for somebody to promote one.</param>
/// <param name="Decision">To the decision to follow it.</param>
/// <param name="Switch">To new work going there.</param>
/// <param name="FirstSuccess">To the first commit there.</param>
internal sealed record RecoveryPhases(double Detection, double Validation, double Decision, double Switch, double FirstSuccess)
{
    /// <summary>All of them in order, with their names in the report.</summary>
    [JsonIgnore]
    public IReadOnlyList<(string Name, double Seconds)> InOrder =>
    [
        ("detection", Detection), ("validation", Validation), ("decision", Decision), ("switch", Switch), ("firstSuccess", FirstSuccess),
    ];
}

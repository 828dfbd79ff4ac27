namespace GameDay.Reporting;

internal sealed record RecoveryTime(double TargetSeconds, double? ActualSeconds, RecoveryPhases? Phases)
{
    /// <summary>Fault to the first 201 from the secondary at a client; a second opinion on <see cref="ActualSeconds"/>.</summary>
    public double? SeenByClientSeconds { get; init; }
}

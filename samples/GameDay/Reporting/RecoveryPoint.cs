namespace GameDay.Reporting;

/// <param name="TargetSeconds">The objective.</param>
/// <param name="AcknowledgedLost">Acknowledged payments that the survivor does not have.</param>
/// <param name="DurabilityLagMs">How far the standby's last replayed commit lay before the fault; null if unknown.</param>
internal sealed record RecoveryPoint(double TargetSeconds, int AcknowledgedLost, double? DurabilityLagMs)
{
    public IReadOnlyList<string> LostPaymentIds { get; init; } = [];
}

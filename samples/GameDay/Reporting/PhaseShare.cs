namespace GameDay.Reporting;

/// <summary>What a phase took of the recovery time. All of them add up to it.</summary>
/// <param name="Phase">As in <c>rto.phases</c>; "unexplained" for what no phase accounts for.</param>
/// <param name="Share">Of the recovery time, 0 to 1.</param>
/// <param name="AtMostSeconds">How long it may take for the objective to be met, the others being as they were; null if even 0 would not do.</param>
internal sealed record PhaseShare(string Phase, double Seconds, double Share, double? AtMostSeconds);

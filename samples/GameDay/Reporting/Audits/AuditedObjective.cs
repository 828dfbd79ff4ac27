namespace GameDay.Reporting.Audits;

/// <param name="Met">Null when it is not known.</param>
internal sealed record AuditedObjective(string Name, string SetBy, double TargetSeconds, double? ActualSeconds, bool? Met);

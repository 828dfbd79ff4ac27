namespace Resilience.Degradation.Plan;

/// <summary>Tells operators that the episode has begun, and that it is over.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Message">What has happened.</param>
internal sealed record AlertAction(AlertSeverity Severity, string Message) : DegradationAction("alert");

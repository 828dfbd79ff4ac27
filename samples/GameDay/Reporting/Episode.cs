namespace GameDay.Reporting;

/// <summary>A stretch of time in which a part of the system was not its usual self: degraded, a breaker open, a pod not ready.</summary>
/// <param name="Subject">Which part, for instance "payment-gateway".</param>
/// <param name="FromSeconds">Counted as the timeline counts.</param>
/// <param name="ToSeconds">Null if it lasted to the end of the run.</param>
/// <param name="Text">In which way, for instance "breaker open".</param>
internal sealed record Episode(string Subject, double FromSeconds, double? ToSeconds, string Text);

namespace GameDay.Reporting;

/// <param name="At">UTC.</param>
/// <param name="Seconds">Since the fault; negative before it.</param>
/// <param name="Source">Who saw it: "runner", "service" or "client".</param>
/// <param name="Event">What happened, in words.</param>
internal sealed record TimelineEntry(DateTimeOffset At, double Seconds, string Source, string Event);

namespace GameDay.Reporting;

/// <summary>What was done to the system, and when.</summary>
/// <param name="Action">For instance "kill -9".</param>
/// <param name="Target">What it was done to, for instance "us-east-1".</param>
/// <param name="FromSeconds">Counted as the timeline counts.</param>
/// <param name="ToSeconds">When it was undone; null if it lasted to the end of the run.</param>
internal sealed record FaultSpan(string Action, string Target, double FromSeconds, double? ToSeconds);

namespace Resilience.Degradation.Plan;

/// <summary>Stores the request to be carried out later.</summary>
/// <param name="Message">What users are told.</param>
internal sealed record QueueAction(string? Message) : DegradationAction("queue_for_retry");

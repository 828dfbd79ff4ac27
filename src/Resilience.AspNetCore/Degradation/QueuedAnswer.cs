namespace Resilience.AspNetCore.Degradation;

/// <summary>What is said to somebody whose request is queued.</summary>
/// <param name="Id">The key by which it can be asked for.</param>
/// <param name="Status">Where it is.</param>
/// <param name="Message">What the configuration says of it.</param>
internal sealed record QueuedAnswer(string Id, string Status, string? Message);

namespace Resilience.Queueing;

/// <summary>A request that is carried out later than it was made.</summary>
/// <typeparam name="TRequest">The kind of request.</typeparam>
/// <param name="Request">The request.</param>
/// <param name="Key">Its idempotency key, the same for every try.</param>
/// <param name="Attempt">The number of this try; the first is 1.</param>
/// <param name="EnqueuedAt">When it was promised.</param>
public sealed record QueuedRequest<TRequest>(TRequest Request, string Key, int Attempt, DateTimeOffset EnqueuedAt);

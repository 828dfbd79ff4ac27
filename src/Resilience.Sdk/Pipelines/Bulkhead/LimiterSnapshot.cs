namespace Resilience.Pipelines.Bulkhead;

/// <summary>A limiter at one moment, for gauges. Calls go on while it is taken, so the parts may be apart by those.</summary>
/// <param name="Limit">Permits that may be out.</param>
/// <param name="InUse">Permits that are out; above the limit only while calls from before it shrank still run.</param>
/// <param name="Queued">Calls that wait for a permit.</param>
/// <param name="Rejected">Waiting or arriving calls refused since the start: queue full, shed for a higher priority, waited too long.</param>
internal readonly record struct LimiterSnapshot(int Limit, int InUse, int Queued, long Rejected);

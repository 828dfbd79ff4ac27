using System.Diagnostics;
using Resilience.Pipelines.CircuitBreaker;
using Resilience.Pipelines.Timeouts;

namespace Resilience.Pipelines;

/// <summary>What an attempt holds while it runs, to be given back when it ends.</summary>
/// <param name="Options">The options it began with.</param>
/// <param name="Ticket">The breaker's admission.</param>
/// <param name="Lease">Its time-out.</param>
/// <param name="Activity">Its trace, when somebody traces.</param>
/// <param name="Limit">How long that is.</param>
/// <param name="Attempt">Its number; 0 for the first.</param>
/// <param name="StartedAt">When it began.</param>
internal readonly record struct RunningAttempt(
    DependencyOptions Options, BreakerTicket Ticket, AttemptLease Lease, Activity? Activity, TimeSpan? Limit, int Attempt, long StartedAt);

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Resilience.Internal;
using Resilience.Queueing.Stores;

namespace Resilience.Queueing.Worker;

/// <summary>What a worker needs besides its handler.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Store">Where it is.</param>
/// <param name="Options">How it works.</param>
/// <param name="Signal">How its dependency is.</param>
/// <param name="IsDependencyFailure">Whether an exception means that the dependency is down, so that the attempt does not count.</param>
/// <param name="Completed">Notes a completion before the store is told, with the store's generation before the handler began.</param>
/// <param name="CompletionStored">Told that the store has taken a completion, with its generation before.</param>
/// <param name="Scopes">Makes a scope for each request.</param>
/// <param name="Clock">The clock.</param>
/// <param name="Logger">The log.</param>
internal sealed record QueueWorkerContext(
    string Queue,
    IQueueStore Store,
    Func<QueueOptions> Options,
    Func<DrainSignal> Signal,
    Func<Exception, CancellationToken, bool> IsDependencyFailure,
    Func<QueueEntry, string, CancellationToken, ValueTask> Completed,
    Action<QueueEntry, string> CompletionStored,
    IServiceScopeFactory Scopes,
    MonotonicClock Clock,
    ILogger Logger);

using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;
using Resilience.Queueing;
using Resilience.Queueing.Spool;
using Resilience.Queueing.Worker;

namespace Resilience.DependencyInjection;

/// <summary>A queue that code has added.</summary>
internal sealed record QueueDefinition<TRequest, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
    string Service, Func<TRequest, string> Key, Func<TRequest, string?>? OrderKey, JsonTypeInfo<TRequest> Json) : IQueueDefinition
    where THandler : class, IQueueHandler<TRequest>
{
    public (object Queue, IQueueWorker Worker) Create(QueueWorkerContext context, QueueSpool spool)
    {
        var worker = new QueueWorker<TRequest>(context, typeof(THandler), Json, new Random());
        var queue = new RequestQueue<TRequest>(
            Service, Key, OrderKey, Json, context.Options, spool, () => Math.Max(spool.NotStored, worker.Counts?.Pending ?? 0), context.Clock.Time);
        return (queue, worker);
    }
}

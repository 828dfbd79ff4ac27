using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Resilience.Queueing;
using Resilience.Queueing.Spool;
using Resilience.Queueing.Worker;

namespace Resilience.DependencyInjection;

/// <summary>A queue that code has added.</summary>
internal sealed record QueueDefinition<TRequest, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
    string Service, Func<TRequest, string> Key, Func<TRequest, string?>? OrderKey, JsonSerializerOptions Json) : IQueueDefinition
    where THandler : class, IQueueHandler<TRequest>
{
    public (object Queue, IQueueWorker Worker) Create(QueueWorkerContext context, QueueSpool spool)
    {
        var type = (JsonTypeInfo<TRequest>)Json.GetTypeInfo(typeof(TRequest));
        var worker = new QueueWorker<TRequest>(context, typeof(THandler), type, new Random());
        var queue = new RequestQueue<TRequest>(
            Service, Key, OrderKey, type, context.Options, spool, () => Math.Max(spool.NotStored, worker.Counts?.Pending ?? 0), context.Clock.Time);
        return (queue, worker);
    }
}

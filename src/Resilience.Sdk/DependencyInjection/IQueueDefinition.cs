using Resilience.Queueing;
using Resilience.Queueing.Spool;
using Resilience.Queueing.Worker;

namespace Resilience.DependencyInjection;

/// <summary>A queue that code has added, whatever its requests are.</summary>
internal interface IQueueDefinition
{
    /// <summary>Makes the end that takes requests, an <see cref="IRequestQueue{TRequest}"/>, and the one that carries them out.</summary>
    (object Queue, IQueueWorker Worker) Create(QueueWorkerContext context, QueueSpool spool);
}

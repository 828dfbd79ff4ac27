using Resilience.Queueing.Stores;

namespace Resilience.Queueing.Worker;

/// <summary>A queue's worker, whatever its requests are.</summary>
internal interface IQueueWorker : IAsyncDisposable
{
    string Name { get; }

    IQueueStore Store { get; }

    /// <summary>How much the queue holds, as counted last; null before the first time.</summary>
    QueueCounts? Counts { get; }

    void Start();
}

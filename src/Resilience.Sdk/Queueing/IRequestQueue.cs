namespace Resilience.Queueing;

/// <summary>Where requests of one kind are stored durably to be carried out later.</summary>
/// <typeparam name="TRequest">The kind.</typeparam>
internal interface IRequestQueue<in TRequest>
{
    /// <summary>Stores a request. Returns only when it cannot be lost any more.</summary>
    /// <returns>The key under which it can be asked for.</returns>
    /// <exception cref="RequestQueueException">It could not be stored; nothing was promised.</exception>
    ValueTask<string> EnqueueAsync(TRequest request, CancellationToken cancellationToken);
}

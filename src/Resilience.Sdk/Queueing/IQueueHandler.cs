namespace Resilience.Queueing;

/// <summary>Carries queued requests out. Made anew for each, in a scope of its own.</summary>
/// <typeparam name="TRequest">The kind of request.</typeparam>
public interface IQueueHandler<TRequest>
{
    /// <summary>
    /// Carries a request out. It may run more than once for a request, after a crash or a failover also when it has succeeded:
    /// bind its effect to <see cref="QueuedRequest{TRequest}.Key"/>, so that twice is once.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Cancelled when its time is up, when the lease was lost, and when the application stops.</param>
    /// <returns>What comes next. An exception is <see cref="QueueResult.Retry"/>.</returns>
    ValueTask<QueueResult> HandleAsync(QueuedRequest<TRequest> request, CancellationToken cancellationToken);
}

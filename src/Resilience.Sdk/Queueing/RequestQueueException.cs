namespace Resilience.Queueing;

/// <summary>A request could not be stored for later: the queue is full, or nothing durable is at hand. Nothing was promised.</summary>
public sealed class RequestQueueException : Exception
{
    internal RequestQueueException(string message, TimeSpan? retryAfter, Exception? inner = null)
        : base(message, inner) => RetryAfter = retryAfter;

    /// <summary>When to try again.</summary>
    public TimeSpan? RetryAfter { get; }
}

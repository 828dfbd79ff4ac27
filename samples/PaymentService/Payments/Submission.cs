using PaymentService.Ledger;

namespace PaymentService.Payments;

/// <summary>What became of a request for a payment.</summary>
/// <param name="Payment">The payment in the ledger; null when the ledger could not be asked, or an outcome is still to come.</param>
internal readonly record struct Submission(Payment? Payment)
{
    /// <summary>The key belongs to another request.</summary>
    public static readonly Submission Conflict = new(null) { IsConflict = true };

    public bool IsConflict { get; private init; }

    /// <summary>The id under which the request is in the queue, from which it cannot be lost; null when it is not.</summary>
    public string? QueuedAs { get; private init; }

    /// <summary>What to tell the customer.</summary>
    public string? Message { get; private init; }

    /// <summary>When it is worth asking again.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    public static Submission Queued(string id, string? message, TimeSpan? retryAfter) => new(null) { QueuedAs = id, Message = message, RetryAfter = retryAfter };

    public static Submission Failed(TimeSpan? retryAfter) => new(null) { RetryAfter = retryAfter };
}

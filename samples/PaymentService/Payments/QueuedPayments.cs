using PaymentService.Ledger;
using Resilience.Queueing;

namespace PaymentService.Payments;

/// <summary>What the queue knows of payments that the ledger does not know, or not the end of.</summary>
internal sealed class QueuedPayments(IQueueAdmin queues)
{
    /// <summary>Whether the payment is the queue's: it will be made there, or was set aside for a person to decide.</summary>
    public async ValueTask<bool> HasAsync(string id, CancellationToken cancellationToken) =>
        await queues.FindAsync(PaymentIntake.Service, id, cancellationToken) is { State: not QueueItemState.Done };

    /// <summary>The status of a payment: the ledger's, unless the queue has set it aside; null when neither knows it.</summary>
    public async ValueTask<string?> StatusAsync(string id, Payment? payment, CancellationToken cancellationToken) =>
        (await queues.FindAsync(PaymentIntake.Service, id, cancellationToken))?.State switch
        {
            QueueItemState.Parked or QueueItemState.Reconcile => PaymentStatus.Parked.ToName(),
            // Done, and yet not in a ledger that could be asked: its outcome is on its way there.
            { } when payment is null => PaymentView.Queued,
            _ => payment is null ? null : PaymentView.StatusOf(payment),
        };
}

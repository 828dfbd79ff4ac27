using Microsoft.Extensions.Options;
using PaymentService.Ledger;
using PaymentService.Recovery;
using Resilience.Queueing;

namespace PaymentService.Payments;

/// <summary>Makes a queued payment. Runs again after a crash: the ledger and the gateway know the key, so twice is once.</summary>
internal sealed class QueuedPaymentHandler(IPaymentLedger ledger, PaymentProcessor processor, IOptions<RecoveryOptions> options, TimeProvider timeProvider)
    : IQueueHandler<PaymentJob>
{
    public async ValueTask<QueueResult> HandleAsync(QueuedRequest<PaymentJob> request, CancellationToken cancellationToken)
    {
        var candidate = request.Request.ToPayment(request.EnqueuedAt);
        // Most were opened before the gateway failed them: looking costs nothing next to a commit.
        var payment = await ledger.FindAsync(candidate.Id, cancellationToken)
            ?? await ledger.OpenAsync(candidate, timeProvider.GetUtcNow() + options.Value.OlderThan, cancellationToken);
        if (payment.RequestHash != candidate.RequestHash)
        {
            // Promised while the ledger could not tell: a person decides.
            return QueueResult.Park("key-of-another-payment");
        }

        // A parked one comes here again only because an operator has replayed it.
        if (payment.Status is PaymentStatus.Pending or PaymentStatus.Parked)
        {
            payment = await processor.CompleteAsync(ledger, payment, cancellationToken);
        }

        return payment.Status switch
        {
            PaymentStatus.Pending => QueueResult.Retry(reason: "refused"),
            PaymentStatus.Parked => QueueResult.Park("refused"),
            _ => QueueResult.Done,
        };
    }
}

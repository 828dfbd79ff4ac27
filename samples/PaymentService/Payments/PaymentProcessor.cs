using Microsoft.Extensions.Options;
using PaymentService.Gateway;
using PaymentService.Ledger;
using PaymentService.Recovery;

namespace PaymentService.Payments;

/// <summary>Takes an open payment to its outcome. Each step is idempotent by the key, so any step may be lost and repeated.</summary>
internal sealed class PaymentProcessor(IPaymentGateway gateway, IOptions<RecoveryOptions> options, ILogger<PaymentProcessor> logger)
{
    /// <summary>Charges the payment and writes the outcome; returns it as it is then. What the gateway or the ledger throws leaves it open.</summary>
    public async Task<Payment> CompleteAsync(ILedgerWriter ledger, Payment payment, CancellationToken cancellationToken)
    {
        var answer = await gateway.ChargeAsync(payment.IdempotencyKey, payment.AccountId, payment.Amount, cancellationToken);
        switch (answer.Verdict)
        {
            case GatewayVerdict.Captured:
                return await ledger.SettleAsync(payment, PaymentStatus.Captured, answer.ChargeId, cancellationToken);

            case GatewayVerdict.Declined:
                return await ledger.SettleAsync(payment, PaymentStatus.Declined, answer.ChargeId, cancellationToken);

            default:
                var limit = options.Value.MaxRefusals;
                var refused = await ledger.RefuseAsync(payment, limit, cancellationToken);
                if (refused.Status == PaymentStatus.Parked)
                {
                    Log.Parked(logger, refused.Id, limit);
                }

                return refused;
        }
    }
}

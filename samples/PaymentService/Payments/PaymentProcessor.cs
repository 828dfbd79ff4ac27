using Microsoft.Extensions.Options;
using PaymentService.Gateway;
using PaymentService.Ledger;
using PaymentService.Recovery;

namespace PaymentService.Payments;

/// <summary>
/// Takes a payment from request to outcome. Each step is idempotent by the key, so any step may be lost and repeated;
/// the README says what happens at each point where the process can die.
/// </summary>
internal sealed class PaymentProcessor(
    IPaymentLedger ledger,
    IPaymentGateway gateway,
    IOptions<RecoveryOptions> options,
    TimeProvider timeProvider,
    ILogger<PaymentProcessor> logger)
{
    /// <summary>Makes the payment, or repeats its answer; null when the key belongs to another request.</summary>
    public async Task<Payment?> PayAsync(string idempotencyKey, PaymentRequest request, CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow();
        var hash = request.Hash();
        var candidate = new Payment
        {
            Id = PaymentId.From(idempotencyKey),
            IdempotencyKey = idempotencyKey,
            RequestHash = hash,
            AccountId = request.AccountId,
            Amount = request.Amount,
            CreatedAt = UnixMicroseconds.FromUnixMicroseconds(now.ToUnixMicroseconds()),
        };

        var payment = await ledger.OpenAsync(candidate, now + options.Value.OlderThan, cancellationToken);
        if (payment.RequestHash != hash)
        {
            return null;
        }

        // From here on a caller who leaves changes nothing: the payment exists, and finishing it now is cheaper than recovering it.
        return payment.Status == PaymentStatus.Pending ? await CompleteAsync(payment, CancellationToken.None) : payment;
    }

    /// <summary>Charges a pending payment and writes the outcome; returns it as it is then.</summary>
    public async Task<Payment> CompleteAsync(Payment payment, CancellationToken cancellationToken)
    {
        var answer = await gateway.ChargeAsync(payment.IdempotencyKey, payment.AccountId, payment.Amount, cancellationToken);
        switch (answer.Verdict)
        {
            case GatewayVerdict.Captured:
                return await ledger.SettleAsync(payment, PaymentStatus.Captured, answer.ChargeId, cancellationToken);

            case GatewayVerdict.Declined:
                return await ledger.SettleAsync(payment, PaymentStatus.Declined, answer.ChargeId, cancellationToken);

            case GatewayVerdict.Refused:
                var limit = options.Value.MaxRefusals;
                var refused = await ledger.RefuseAsync(payment, limit, cancellationToken);
                if (refused.Status == PaymentStatus.Parked)
                {
                    Log.Parked(logger, refused.Id, limit);
                }

                return refused;

            default:
                return payment;
        }
    }
}

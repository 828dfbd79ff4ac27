using PaymentService.Amounts;
using PaymentService.Ledger;

namespace PaymentService.Payments;

/// <summary>A payment that is asked for, as it is queued when it cannot be made at once. Equal requests are equal as JSON, so that a repeated one is known again.</summary>
internal sealed record PaymentJob(string IdempotencyKey, string AccountId, long MinorUnits, string Currency)
{
    public static PaymentJob Of(string idempotencyKey, PaymentRequest request) =>
        new(idempotencyKey, request.AccountId, request.Amount.MinorUnits, request.Amount.Currency);

    public static PaymentJob Of(Payment payment) => new(payment.IdempotencyKey, payment.AccountId, payment.Amount.MinorUnits, payment.Amount.Currency);

    /// <summary>The payment as it begins.</summary>
    public Payment ToPayment(DateTimeOffset createdAt)
    {
        var request = new PaymentRequest(AccountId, new Amount(MinorUnits, Currency));
        return new Payment
        {
            Id = PaymentId.From(IdempotencyKey),
            IdempotencyKey = IdempotencyKey,
            RequestHash = request.Hash(),
            AccountId = AccountId,
            Amount = request.Amount,
            CreatedAt = UnixMicroseconds.FromUnixMicroseconds(createdAt.ToUnixMicroseconds()),
        };
    }
}

using PaymentService.Amounts;
using PaymentService.Ledger;

namespace PaymentService.Cache;

/// <summary>A payment as the cache holds it. A change of its shape needs another key.</summary>
internal sealed record CachedPayment(
    string Id, string Key, string Hash, string AccountId, long AmountMinor, string Currency, DateTimeOffset CreatedAt, string Status, string Region)
{
    public static CachedPayment Of(Payment payment) => new(
        payment.Id,
        payment.IdempotencyKey,
        payment.RequestHash,
        payment.AccountId,
        payment.Amount.MinorUnits,
        payment.Amount.Currency,
        payment.CreatedAt,
        payment.Status.ToName(),
        payment.Region);

    public Payment ToPayment() => new()
    {
        Id = Id,
        IdempotencyKey = Key,
        RequestHash = Hash,
        AccountId = AccountId,
        Amount = new Amount(AmountMinor, Currency),
        CreatedAt = CreatedAt,
        Status = StatusNames.Parse(Status),
        Region = Region,
    };
}

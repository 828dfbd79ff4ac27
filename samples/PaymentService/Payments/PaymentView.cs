using PaymentService.Ledger;

namespace PaymentService.Payments;

/// <summary>A payment as the API shows it.</summary>
internal sealed record PaymentView(string Id, string Status, string AccountId, decimal Amount, string Currency, string Region, DateTime CreatedAt)
{
    /// <summary>The status of a payment whose outcome is to come.</summary>
    public const string Queued = "queued";

    public static PaymentView Of(Payment payment) => new(
        payment.Id,
        StatusOf(payment),
        payment.AccountId,
        payment.Amount.Value,
        payment.Amount.Currency,
        payment.Region,
        payment.CreatedAt.UtcDateTime);

    public static string StatusOf(Payment payment) => payment.Status == PaymentStatus.Pending ? Queued : payment.Status.ToName();
}

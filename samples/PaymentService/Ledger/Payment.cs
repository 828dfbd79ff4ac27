using PaymentService.Amounts;

namespace PaymentService.Ledger;

/// <summary>A row of the ledger.</summary>
internal sealed record Payment
{
    public required string Id { get; init; }

    public required string IdempotencyKey { get; init; }

    public required string RequestHash { get; init; }

    public required string AccountId { get; init; }

    public required Amount Amount { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public PaymentStatus Status { get; init; } = PaymentStatus.Pending;

    /// <summary>The region that wrote the row last; the ledger sets it.</summary>
    public string Region { get; init; } = "";
}

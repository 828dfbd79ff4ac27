namespace PaymentService.Ledger;

/// <summary>The last payment of a page; the next page begins behind it.</summary>
internal sealed record PagePosition(DateTimeOffset CreatedAt, string Id);

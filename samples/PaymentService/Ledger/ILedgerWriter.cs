namespace PaymentService.Ledger;

/// <summary>Writes payments. Every write is idempotent and durable when it returns; one that throws may or may not have written.</summary>
internal interface ILedgerWriter
{
    /// <summary>Inserts the payment unless its id exists, and returns the row that is there.</summary>
    Task<Payment> OpenAsync(Payment payment, DateTimeOffset dueAt, CancellationToken cancellationToken);

    /// <summary>Writes the gateway's decision if the payment has no outcome yet, and returns the row that is there.</summary>
    Task<Payment> SettleAsync(Payment payment, PaymentStatus outcome, string? chargeId, CancellationToken cancellationToken);

    /// <summary>Counts a refusal and parks the payment at <paramref name="limit"/> of them; returns the row that is there.</summary>
    Task<Payment> RefuseAsync(Payment payment, int limit, CancellationToken cancellationToken);
}

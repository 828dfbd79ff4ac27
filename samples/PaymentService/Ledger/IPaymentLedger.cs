namespace PaymentService.Ledger;

/// <summary>
/// The book of payments. Every write is idempotent and durable when it returns; a failure throws a
/// <see cref="System.Data.Common.DbException"/> or a <see cref="TimeoutException"/> and may or may not have written.
/// </summary>
internal interface IPaymentLedger
{
    /// <summary>For the line that is logged at start.</summary>
    string Description { get; }

    /// <summary>Inserts the payment unless its id exists, and returns the row that is there.</summary>
    Task<Payment> OpenAsync(Payment payment, DateTimeOffset dueAt, CancellationToken cancellationToken);

    /// <summary>Writes the gateway's decision if the payment is still pending, and returns the row that is there.</summary>
    Task<Payment> SettleAsync(Payment payment, PaymentStatus outcome, string? chargeId, CancellationToken cancellationToken);

    /// <summary>Counts a refusal and parks the payment at <paramref name="limit"/> of them; returns the row that is there.</summary>
    Task<Payment> RefuseAsync(Payment payment, int limit, CancellationToken cancellationToken);

    Task<Payment?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>The payments of an account, newest first.</summary>
    Task<IReadOnlyList<Payment>> ListAsync(string accountId, PagePosition? after, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Takes pending payments whose time has come and moves their time to <paramref name="nextDueAt"/>, so that another replica
    /// leaves them alone meanwhile and one that always fails goes to the end of the queue.
    /// </summary>
    Task<IReadOnlyList<Payment>> ClaimDueAsync(DateTimeOffset now, DateTimeOffset nextDueAt, int limit, CancellationToken cancellationToken);
}

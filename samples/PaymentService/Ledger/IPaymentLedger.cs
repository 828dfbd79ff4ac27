namespace PaymentService.Ledger;

/// <summary>
/// The book of payments. A failure throws a <see cref="System.Data.Common.DbException"/> or a <see cref="TimeoutException"/>.
/// </summary>
internal interface IPaymentLedger : ILedgerWriter
{
    /// <summary>For the line that is logged at start.</summary>
    string Description { get; }

    Task<Payment?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>The payments of an account, newest first.</summary>
    Task<IReadOnlyList<Payment>> ListAsync(string accountId, PagePosition? after, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Takes pending payments whose time has come and moves their time to <paramref name="nextDueAt"/>, so that another replica
    /// leaves them alone meanwhile and one that always fails goes to the end of the queue.
    /// </summary>
    Task<IReadOnlyList<Payment>> ClaimDueAsync(DateTimeOffset now, DateTimeOffset nextDueAt, int limit, CancellationToken cancellationToken);
}

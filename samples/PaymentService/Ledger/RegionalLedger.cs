using System.Data.Common;
using Resilience.Postgres;

namespace PaymentService.Ledger;

/// <summary>The ledger in PostgreSQL: writes follow the writing region, each with a known outcome.</summary>
internal sealed class RegionalLedger(
    [FromKeyedServices(RegionalLedger.Dependency)] RegionalDataSource db, PostgresSchema schema, TimeProvider timeProvider) : IPaymentLedger
{
    public const string Dependency = "payments-db";

    // An outcome never changes, so one that a reader shows is right however old it is.
    private static readonly TimeSpan ReaderStaleness = TimeSpan.FromSeconds(5);

    // A list should show the payment that was just made; when there is no writer, an older list is better than none.
    private static readonly TimeSpan WriterPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DegradedStaleness = TimeSpan.FromMinutes(5);

    // Without even an older answer there is nothing to give but an error, so the next writer is waited for longer.
    private static readonly TimeSpan LongestRead = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan MomentsAfterASwitch = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(100);

    public string Description => $"PostgreSQL in the regions of '{Dependency}'";

    public Task<Payment> OpenAsync(Payment payment, DateTimeOffset dueAt, CancellationToken cancellationToken) =>
        WriteAsync(NewOperation("open"), payment.Id, PostgresSql.Open, () => [.. PostgresRows.Values(payment), Region, dueAt.ToUniversalTime()], cancellationToken);

    public async Task<Payment> SettleAsync(Payment payment, PaymentStatus outcome, string? chargeId, CancellationToken cancellationToken)
    {
        await schema.WaitAsync(cancellationToken);
        var settle = SettleOperation.Of(payment, outcome, chargeId);
        var done = await db.ExecuteAsync($"settle:{payment.Id}", settle, cancellationToken);
        return (done == OperationOutcome.AlreadyCommitted ? await ReadOneAsync(TimeSpan.Zero, payment.Id, cancellationToken) : settle.Settled)
            ?? throw NotThere(payment.Id);
    }

    public async Task<Payment> RefuseAsync(Payment payment, int limit, CancellationToken cancellationToken) =>
        await WriteOrNullAsync(NewOperation("refuse"), payment.Id, PostgresSql.Refuse, () => [payment.Id, limit], cancellationToken) ?? payment;

    public Task<Payment?> FindAsync(string id, CancellationToken cancellationToken) => WithinAsync(
        LongestRead,
        async token =>
        {
            var near = await ReadOneAsync(ReaderStaleness, id, token);
            if (near is { Status: PaymentStatus.Captured or PaymentStatus.Declined })
            {
                return near;
            }

            try
            {
                return await WithinAsync(near is null ? LongestRead : WriterPatience, written => ReadWrittenAsync(id, written), token);
            }
            catch (Exception e) when (near is not null && e is DbException or TimeoutException && !token.IsCancellationRequested)
            {
                return near;
            }
        },
        cancellationToken);

    public Task<IReadOnlyList<Payment>> ListAsync(string accountId, PagePosition? after, int limit, CancellationToken cancellationToken) => WithinAsync(
        LongestRead,
        async token =>
        {
            var (sql, values) = after is null
                ? (PostgresSql.ListFirst, new object[] { accountId, limit })
                : (PostgresSql.ListAfter, [accountId, limit, after.CreatedAt, after.Id]);
            try
            {
                return await WithinAsync(WriterPatience, written => ReadAsync(TimeSpan.Zero, sql, values, written), token);
            }
            catch (Exception e) when (e is DbException or TimeoutException && !token.IsCancellationRequested)
            {
                return await ReadAsync(DegradedStaleness, sql, values, token);
            }
        },
        cancellationToken);

    public async Task<IReadOnlyList<Payment>> ClaimDueAsync(
        DateTimeOffset now, DateTimeOffset nextDueAt, int limit, CancellationToken cancellationToken)
    {
        // Looked at without a write first: an idle service should not write in every tick.
        if ((await ReadAsync(TimeSpan.Zero, PostgresSql.AnyDue, [now], cancellationToken)).Count == 0)
        {
            return [];
        }

        IReadOnlyList<Payment> claimed = [];
        await db.ExecuteAsync(
            NewOperation("claim"),
            async (connection, transaction, token) =>
                claimed = await PostgresRows.QueryAsync(connection, transaction, PostgresSql.Claim, [now, nextDueAt, limit], token),
            cancellationToken);
        return claimed;
    }

    private string Region => db.WriterRegion ?? "unknown";

    private static string NewOperation(string kind) => $"{kind}:{Guid.NewGuid():N}";

    private static InvalidOperationException NotThere(string paymentId) => new($"The payment '{paymentId}' was written and is not in the ledger.");

    private async Task<Payment> WriteAsync(
        string operationId, string paymentId, string sql, Func<object[]> values, CancellationToken cancellationToken) =>
        await WriteOrNullAsync(operationId, paymentId, sql, values, cancellationToken)
        ?? throw NotThere(paymentId);

    /// <summary>Runs the statement exactly once and returns the row that is there afterwards.</summary>
    private async Task<Payment?> WriteOrNullAsync(
        string operationId, string paymentId, string sql, Func<object[]> values, CancellationToken cancellationToken)
    {
        await schema.WaitAsync(cancellationToken);
        IReadOnlyList<Payment> rows = [];
        var outcome = await db.ExecuteAsync(
            operationId,
            async (connection, transaction, token) =>
                // The values are taken anew in each try, because the region may be another one.
                rows = await PostgresRows.WriteAsync(connection, transaction, sql, values(), paymentId, token),
            cancellationToken);

        // Another replica may have been first, and then its outcome counts and not what a try of ours has seen.
        return outcome == OperationOutcome.AlreadyCommitted
            ? await ReadOneAsync(TimeSpan.Zero, paymentId, cancellationToken)
            : rows.Count > 0 ? rows[0] : null;
    }

    /// <exception cref="TimeoutException">It takes longer. The question is given up, and whoever asked does not wait for its end.</exception>
    private async Task<T> WithinAsync<T>(TimeSpan limit, Func<CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = read(enough.Token);
        try
        {
            return await reading.WaitAsync(limit, timeProvider, cancellationToken);
        }
        finally
        {
            if (reading.IsCompleted)
            {
                enough.Dispose();
            }
            else
            {
                _ = GivenUpWork.EndAsync(reading, enough, blocks: db.WriterRegion is not null);
            }
        }
    }

    /// <summary>
    /// What the writer has. Acknowledged payments that did not reach a new one are done again there after the switch, so one that is not
    /// there is looked for until this replica has done its own, and for moments in which others do theirs.
    /// </summary>
    private async Task<Payment?> ReadWrittenAsync(string id, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Asked before and after: it may end, or begin, while the writer is read.
            var mightCome = MayYetCome();
            var found = await ReadOneAsync(TimeSpan.Zero, id, cancellationToken);
            if (found is not null || !(mightCome || MayYetCome()))
            {
                return found;
            }

            await Task.Delay(LookAgainAfter, timeProvider, cancellationToken);
        }
    }

    private bool MayYetCome() =>
        db.IsCatchingUp || (db.Failovers is [.., var last] && timeProvider.GetUtcNow() - last.SwitchedAt < MomentsAfterASwitch);

    private async Task<Payment?> ReadOneAsync(TimeSpan maxStaleness, string id, CancellationToken cancellationToken) =>
        await ReadAsync(maxStaleness, PostgresSql.Find, [id], cancellationToken) is [var payment] ? payment : null;

    private async Task<IReadOnlyList<Payment>> ReadAsync(TimeSpan maxStaleness, string sql, object[] values, CancellationToken cancellationToken)
    {
        await schema.WaitAsync(cancellationToken);
        return await db.ReadAsync(maxStaleness, (connection, token) => PostgresRows.QueryAsync(connection, null, sql, values, token), cancellationToken);
    }
}

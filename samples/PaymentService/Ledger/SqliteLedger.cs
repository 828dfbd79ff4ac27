using Microsoft.Data.Sqlite;
using PaymentService.Amounts;

namespace PaymentService.Ledger;

/// <summary>The ledger of the embedded service: one file, one region.</summary>
internal sealed class SqliteLedger(SqliteStore store, string region) : IPaymentLedger
{
    private const string Columns = "id, idempotency_key, request_hash, account_id, amount_minor, currency, created_at, status, region";

    private const string FindSql = $"SELECT {Columns} FROM payments WHERE id = $id";

    private const string OpenSql = $"""
        INSERT INTO payments ({Columns}, due_at)
        VALUES ($id, $key, $hash, $account, $amount, $currency, $created, 'pending', $region, $due)
        ON CONFLICT (id) DO NOTHING;
        {FindSql};
        """;

    private const string SettleSql = $"""
        UPDATE payments SET status = $status, charge_id = $charge, region = $region WHERE id = $id AND status IN ('pending', 'parked');
        {FindSql};
        """;

    private const string RefuseSql = $"""
        UPDATE payments SET refusals = refusals + 1, status = CASE WHEN refusals + 1 >= $limit THEN 'parked' ELSE status END
        WHERE id = $id AND status = 'pending';
        {FindSql};
        """;

    private const string ListSql = $"""
        SELECT {Columns} FROM payments
        WHERE account_id = $account AND created_at <= $created AND (created_at < $created OR id > $id)
        ORDER BY created_at DESC, id LIMIT $limit;
        """;

    private const string ClaimSql = $"""
        UPDATE payments SET due_at = $next
        WHERE id IN (SELECT id FROM payments WHERE status = 'pending' AND due_at <= $now ORDER BY due_at LIMIT $limit)
        RETURNING {Columns};
        """;

    public string Description => $"SQLite {store.Path}";

    public async Task<Payment> OpenAsync(Payment payment, DateTimeOffset dueAt, CancellationToken cancellationToken) =>
        // A repeated request, the common case in a storm of retries, takes no write lock.
        await FindAsync(payment.Id, cancellationToken) ?? await WriteOneAsync(OpenSql, cancellationToken,
            ("$id", payment.Id), ("$key", payment.IdempotencyKey), ("$hash", payment.RequestHash), ("$account", payment.AccountId),
            ("$amount", payment.Amount.MinorUnits), ("$currency", payment.Amount.Currency),
            ("$created", payment.CreatedAt.ToUnixMicroseconds()), ("$region", region), ("$due", dueAt.ToUnixMicroseconds()));

    public Task<Payment> SettleAsync(Payment payment, PaymentStatus outcome, string? chargeId, CancellationToken cancellationToken) =>
        WriteOneAsync(SettleSql, cancellationToken,
            ("$id", payment.Id), ("$status", outcome.ToName()), ("$charge", chargeId), ("$region", region));

    public Task<Payment> RefuseAsync(Payment payment, int limit, CancellationToken cancellationToken) =>
        WriteOneAsync(RefuseSql, cancellationToken, ("$id", payment.Id), ("$limit", limit));

    public async Task<Payment?> FindAsync(string id, CancellationToken cancellationToken) =>
        await store.ReadAsync(connection => QueryAsync(connection, FindSql, [("$id", id)], cancellationToken), cancellationToken) is [var payment]
            ? payment
            : null;

    public Task<IReadOnlyList<Payment>> ListAsync(string accountId, PagePosition? after, int limit, CancellationToken cancellationToken) =>
        store.ReadAsync(
            connection => QueryAsync(
                connection,
                ListSql,
                [("$account", accountId), ("$created", after?.CreatedAt.ToUnixMicroseconds() ?? long.MaxValue), ("$id", after?.Id ?? ""), ("$limit", limit)],
                cancellationToken),
            cancellationToken);

    public Task<IReadOnlyList<Payment>> ClaimDueAsync(DateTimeOffset now, DateTimeOffset nextDueAt, int limit, CancellationToken cancellationToken) =>
        store.WriteAsync(
            connection => QueryAsync(
                connection,
                ClaimSql,
                [("$now", now.ToUnixMicroseconds()), ("$next", nextDueAt.ToUnixMicroseconds()), ("$limit", limit)],
                cancellationToken),
            cancellationToken);

    private async Task<Payment> WriteOneAsync(string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters) =>
        (await store.WriteAsync(connection => QueryAsync(connection, sql, parameters, cancellationToken), cancellationToken)).Single();

    private static async Task<IReadOnlyList<Payment>> QueryAsync(
        SqliteConnection connection, string sql, (string Name, object? Value)[] parameters, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        var payments = new List<Payment>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            payments.Add(new Payment
            {
                Id = reader.GetString(0),
                IdempotencyKey = reader.GetString(1),
                RequestHash = reader.GetString(2),
                AccountId = reader.GetString(3),
                Amount = new Amount(reader.GetInt64(4), reader.GetString(5)),
                CreatedAt = UnixMicroseconds.FromUnixMicroseconds(reader.GetInt64(6)),
                Status = StatusNames.Parse(reader.GetString(7)),
                Region = reader.GetString(8),
            });
        }

        return payments;
    }
}

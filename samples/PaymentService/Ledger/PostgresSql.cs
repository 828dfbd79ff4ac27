namespace PaymentService.Ledger;

/// <summary>The statements of the regional ledger.</summary>
internal static class PostgresSql
{
    public const string Find = $"SELECT {PostgresRows.Columns} FROM payments WHERE id = $1";

    public const string Open = $"""
        INSERT INTO payments ({PostgresRows.Columns}, due_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $9)
        ON CONFLICT (id) DO NOTHING
        """;

    // Asynchronous replication may have lost the row in a failover; the money was taken, so the row has to come back.
    public const string Settle = $"""
        INSERT INTO payments ({PostgresRows.Columns}, due_at, charge_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $7, $10)
        ON CONFLICT (id) DO UPDATE SET status = EXCLUDED.status, region = EXCLUDED.region, charge_id = EXCLUDED.charge_id
        WHERE payments.status IN ('pending', 'parked') AND payments.request_hash = EXCLUDED.request_hash
        """;

    public const string Refuse = """
        UPDATE payments SET refusals = refusals + 1, status = CASE WHEN refusals + 1 >= $2 THEN 'parked' ELSE status END
        WHERE id = $1 AND status = 'pending'
        """;

    public const string ListFirst = $"SELECT {PostgresRows.Columns} FROM payments WHERE account_id = $1 ORDER BY created_at DESC, id LIMIT $2";

    public const string ListAfter = $"""
        SELECT {PostgresRows.Columns} FROM payments
        WHERE account_id = $1 AND created_at <= $3 AND (created_at < $3 OR id > $4)
        ORDER BY created_at DESC, id LIMIT $2
        """;

    public const string AnyDue = $"SELECT {PostgresRows.Columns} FROM payments WHERE status = 'pending' AND due_at <= $1 LIMIT 1";

    // Replicas that look at the same moment take different rows.
    public const string Claim = $"""
        UPDATE payments SET due_at = $2
        WHERE id IN (SELECT id FROM payments WHERE status = 'pending' AND due_at <= $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
        RETURNING {PostgresRows.Columns}
        """;
}

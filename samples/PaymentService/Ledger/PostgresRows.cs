using Npgsql;
using PaymentService.Amounts;

namespace PaymentService.Ledger;

/// <summary>Runs a statement and maps its rows. Values go by position: $1, $2, …</summary>
internal static class PostgresRows
{
    public const string Columns = "id, idempotency_key, request_hash, account_id, amount_minor, currency, created_at, status, region";

    /// <summary>A payment's columns as it began, without its status and its region.</summary>
    public static object[] Values(Payment payment) =>
    [
        payment.Id, payment.IdempotencyKey, payment.RequestHash, payment.AccountId, payment.Amount.MinorUnits, payment.Amount.Currency,
        payment.CreatedAt.ToUniversalTime(),
    ];

    public static async Task<IReadOnlyList<Payment>> QueryAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, string sql, object[] values, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        Add(command.Parameters, values);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await ReadAsync(reader, cancellationToken);
    }

    /// <summary>Writes, and reads in the same round trip what is there then.</summary>
    public static async Task<IReadOnlyList<Payment>> WriteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, object[] values, string paymentId, CancellationToken cancellationToken)
    {
        var (write, find) = (new NpgsqlBatchCommand(sql), new NpgsqlBatchCommand(PostgresSql.Find));
        Add(write.Parameters, values);
        Add(find.Parameters, [paymentId]);
        await using var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { write, find } };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await ReadAsync(reader, cancellationToken);
    }

    private static async Task<IReadOnlyList<Payment>> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var payments = new List<Payment>();
        while (await reader.ReadAsync(cancellationToken))
        {
            payments.Add(new Payment
            {
                Id = reader.GetString(0),
                IdempotencyKey = reader.GetString(1),
                RequestHash = reader.GetString(2),
                AccountId = reader.GetString(3),
                Amount = new Amount(reader.GetInt64(4), reader.GetString(5)),
                CreatedAt = await reader.GetFieldValueAsync<DateTimeOffset>(6, cancellationToken),
                Status = StatusNames.Parse(reader.GetString(7)),
                Region = reader.GetString(8),
            });
        }

        return payments;
    }

    private static void Add(NpgsqlParameterCollection parameters, object[] values)
    {
        foreach (var value in values)
        {
            parameters.Add(new NpgsqlParameter { Value = value });
        }
    }
}

using Npgsql;
using PaymentService.Amounts;

namespace PaymentService.Ledger;

/// <summary>Runs a statement and maps its rows. Values go by position: $1, $2, …</summary>
internal static class PostgresRows
{
    public const string Columns = "id, idempotency_key, request_hash, account_id, amount_minor, currency, created_at, status, region";

    public static async Task<IReadOnlyList<Payment>> QueryAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, string sql, object[] values, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, transaction, sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
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

    public static async Task ExecuteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, object[] values, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, transaction, sql, values);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, NpgsqlTransaction? transaction, string sql, object[] values)
    {
        var command = new NpgsqlCommand(sql, connection, transaction);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }
}

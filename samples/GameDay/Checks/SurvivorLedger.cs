using Npgsql;

namespace GameDay.Checks;

/// <summary>Reads the payments from the database itself, past the service that is being judged.</summary>
internal static class SurvivorLedger
{
    // A driver that could not be interrupted at a dead server would hold up the verdict.
    private const int TimeoutSeconds = 10;

    public static async Task<IReadOnlyDictionary<string, LedgerRow>> ReadAsync(string connectionString, CancellationToken ct)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            Timeout = TimeoutSeconds,
            CommandTimeout = TimeoutSeconds,
        };
        await using var connection = new NpgsqlConnection(builder.ConnectionString);
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand("SELECT id, idempotency_key, status, region, account_id, amount_minor FROM payments", connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new Dictionary<string, LedgerRow>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct))
        {
            var row = new LedgerRow(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3))
            {
                AccountId = reader.GetString(4),
                AmountMinor = reader.GetInt64(5),
            };
            rows.Add(row.Id, row);
        }

        return rows;
    }
}

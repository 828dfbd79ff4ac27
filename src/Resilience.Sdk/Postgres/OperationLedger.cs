using Npgsql;

namespace Resilience.Postgres;

/// <summary>
/// Remembers, in the same transaction as the work, that an operation was done. A commit whose answer was lost is asked
/// for here: entering again waits for a transaction still under way and then tells whether it committed.
/// Transaction ids are not used for it (<c>pg_xact_status</c>): after a lossy promotion they are handed out again.
/// </summary>
internal static class OperationLedger
{
    /// <summary>Enters the operation.</summary>
    /// <returns>Null when the work is to be done now; otherwise the call that has done it.</returns>
    /// <exception cref="FormerWriterException">The connection leads to a server of an earlier epoch.</exception>
    public static async Task<Guid?> EnterAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string operationId, Guid callId, WriterRoute route, CancellationToken cancellationToken)
    {
        while (true)
        {
            await using var enter = new NpgsqlCommand(PostgresSql.EnterOperation, connection, transaction)
            {
                Parameters = { new() { Value = operationId }, new() { Value = callId }, new() { Value = route.Reign.Epoch } },
            };
            await using (var reader = await enter.ExecuteReaderAsync(cancellationToken))
            {
                await reader.ReadAsync(cancellationToken);
                if (reader.GetBoolean(1))
                {
                    return null;
                }

                if (reader.GetValue(0) is long epoch && epoch < route.Reign.Epoch)
                {
                    throw new FormerWriterException(route.Region, epoch, route.Reign.Epoch);
                }
            }

            await using var read = new NpgsqlCommand(PostgresSql.ReadOperation, connection, transaction) { Parameters = { new() { Value = operationId } } };
            if (await read.ExecuteScalarAsync(cancellationToken) is Guid done)
            {
                return done;
            }

            // Purged between the two statements: enter again.
        }
    }

    /// <summary>Only looks whether the connection leads to the writer, for work that is not entered.</summary>
    /// <exception cref="FormerWriterException">It leads to a server of an earlier epoch.</exception>
    public static async Task CheckFenceAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, WriterRoute route, CancellationToken cancellationToken)
    {
        await using var read = new NpgsqlCommand(PostgresSql.ReadEpoch, connection, transaction);
        if (await read.ExecuteScalarAsync(cancellationToken) is long epoch && epoch < route.Reign.Epoch)
        {
            throw new FormerWriterException(route.Region, epoch, route.Reign.Epoch);
        }
    }

    /// <summary>
    /// Writes an operation's row anew, so that committing waits for the synchronous standby once more: a commit that was
    /// not replicated must not be acknowledged because somebody asked for it.
    /// </summary>
    public static async Task TouchAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string operationId, CancellationToken cancellationToken)
    {
        await using var touch = new NpgsqlCommand(PostgresSql.TouchOperation, connection, transaction) { Parameters = { new() { Value = operationId } } };
        await touch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Which of many operations are committed here.</summary>
    public static async Task<HashSet<string>> FindAsync(NpgsqlConnection connection, string[] operationIds, WriterRoute route, CancellationToken cancellationToken)
    {
        await using var find = new NpgsqlCommand(PostgresSql.FindOperations, connection) { Parameters = { new() { Value = operationIds }, new() { Value = route.Reign.Epoch } } };
        await using var reader = await find.ExecuteReaderAsync(cancellationToken);
        var found = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(reader.GetString(0));
        }

        return found;
    }

    /// <summary>Forgets a bite of old operations.</summary>
    /// <returns>How many were forgotten.</returns>
    public static async Task<int> PurgeAsync(NpgsqlConnection connection, TimeSpan retention, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(PostgresSql.PurgeOperations, connection)
        {
            Parameters = { new() { Value = retention }, new() { Value = PostgresSql.PurgeBite } },
        };
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

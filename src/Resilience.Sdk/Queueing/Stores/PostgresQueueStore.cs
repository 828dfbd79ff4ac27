#pragma warning disable VSTHRD103 // A row that has been read is in memory.

using System.Collections.Immutable;
using Npgsql;
using Resilience.Postgres;

namespace Resilience.Queueing.Stores;

/// <summary>
/// The queue in a database with regions. It goes where the writer goes; what a failover has lost is stored again from the
/// journal, because <see cref="Generation"/> has changed.
/// </summary>
internal sealed class PostgresQueueStore(RegionalDataSource database) : IQueueStore
{
    private async ValueTask<bool> ChangeAsync(string sql, string queue, string key, object third, CancellationToken cancellationToken) =>
        await GuardedAsync(
            async connection =>
            {
                await using var command = new NpgsqlCommand(sql, connection)
                {
                    Parameters = { new() { Value = queue }, new() { Value = key }, new() { Value = third } },
                };
                return await command.ExecuteNonQueryAsync(cancellationToken);
            },
            cancellationToken) == 1;

    private volatile string _prepared = "";

    public string Description => $"PostgreSQL '{database.Name}'";

    public bool IsAvailable => database.WriterRegion is not null;

    /// <summary>The term of the writer; the last one while there is none.</summary>
    public string Generation => database.Term;

    public async ValueTask PrepareAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenWriterAsync(cancellationToken);
        await PrepareAsync(connection, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<StoreAnswer>> StoreAsync(IReadOnlyList<QueueEntry> entries, CancellationToken cancellationToken)
    {
        var answers = new StoreAnswer[entries.Count];
        foreach (var queue in Enumerable.Range(0, entries.Count).GroupBy(index => entries[index].Queue, StringComparer.Ordinal))
        {
            // One statement cannot meet a key twice.
            var first = queue.DistinctBy(index => entries[index].Key, StringComparer.Ordinal).ToList();
            var there = await GuardedAsync(connection => StoreAsync(connection, queue.Key, first.ConvertAll(index => entries[index]), cancellationToken), cancellationToken);
            foreach (var index in queue)
            {
                var (hash, isNew) = there[entries[index].Key];
                answers[index] = hash != entries[index].PayloadHash ? StoreAnswer.Conflict : isNew && first.Contains(index) ? StoreAnswer.Stored : StoreAnswer.Present;
            }
        }

        return answers;
    }

    public async ValueTask SettleAsync(IReadOnlyList<QueueEntry> entries, EntryState state, string? reason, CancellationToken cancellationToken)
    {
        foreach (var queue in entries.GroupBy(entry => entry.Queue, StringComparer.Ordinal))
        {
            var distinct = queue.DistinctBy(entry => entry.Key, StringComparer.Ordinal).ToList();
            await GuardedAsync(
                async connection =>
                {
                    await using var command = With(PostgresQueueSql.Settle, connection, queue.Key, distinct);
                    command.Parameters.Add(new() { Value = (short)state });
                    command.Parameters.Add(Nullable(reason));
                    return await command.ExecuteNonQueryAsync(cancellationToken);
                },
                cancellationToken);
        }
    }

    public async ValueTask<IReadOnlyList<EntryLease>> ClaimAsync(string queue, int most, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(PostgresQueueSql.Claim, connection)
        {
            Parameters = { new() { Value = queue }, new() { Value = most }, new() { Value = lease } },
        };
        var leases = new List<EntryLease>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            leases.Add(new EntryLease(Read(queue, reader), reader.GetGuid(7), reader.GetInt32(8), reader.GetBoolean(9)));
        }

        return [.. leases.OrderBy(claimed => claimed.Entry.EnqueuedAt)];
    }

    public async ValueTask<IReadOnlySet<Guid>> RenewAsync(string queue, IReadOnlyList<EntryLease> leases, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(PostgresQueueSql.Renew, connection)
        {
            Parameters = { new() { Value = queue }, new() { Value = leases.Select(one => one.Token).ToArray() }, new() { Value = lease } },
        };
        return await TokensAsync(command, cancellationToken);
    }

    public async ValueTask<IReadOnlySet<Guid>> EndAsync(string queue, IReadOnlyList<EndedLease> ended, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(PostgresQueueSql.End, connection)
        {
            Parameters =
            {
                new() { Value = queue },
                new() { Value = ended.Select(one => one.Lease.Token).ToArray() },
                new() { Value = ended.Select(one => (short)one.End.State).ToArray() },
                new() { Value = ended.Select(one => one.End.RetryAfter).ToArray() },
                new() { Value = ended.Select(one => one.End.Reason).ToArray() },
                new() { Value = ended.Select(one => one.End.KeepAttempt ? 1 : 0).ToArray() },
                new() { Value = ended.Select(one => one.Lease.Entry.Key).ToArray() },
            },
        };
        return await TokensAsync(command, cancellationToken);
    }

    public async ValueTask<QueueCounts> CountAsync(string queue, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(PostgresQueueSql.Count, connection) { Parameters = { new() { Value = queue } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new QueueCounts(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.IsDBNull(4) ? null : reader.GetFieldValue<DateTimeOffset>(4));
    }

    public async ValueTask<StoredEntry?> FindAsync(string queue, string key, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(PostgresQueueSql.Find, connection) { Parameters = { new() { Value = queue }, new() { Value = key } } };
        return await StoredAsync(queue, command, cancellationToken) is [var first, ..] ? first : null;
    }

    public async ValueTask<IReadOnlyList<StoredEntry>> ListAsync(string queue, EntryState state, string? after, int most, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(PostgresQueueSql.List, connection)
        {
            Parameters = { new() { Value = queue }, new() { Value = (short)state }, Nullable(after), new() { Value = most } },
        };
        return await StoredAsync(queue, command, cancellationToken);
    }

    public ValueTask<bool> ParkAsync(string queue, string key, string reason, CancellationToken cancellationToken) =>
        ChangeAsync(PostgresQueueSql.Park, queue, key, reason, cancellationToken);

    public ValueTask<bool> ReplayAsync(string queue, string key, DateTimeOffset keyExpiresAt, CancellationToken cancellationToken) =>
        ChangeAsync(PostgresQueueSql.Replay, queue, key, keyExpiresAt.UtcDateTime, cancellationToken);

    public async ValueTask<long> PurgeAsync(string queue, EntryState state, long expected, CancellationToken cancellationToken) =>
        await GuardedAsync(
            async connection =>
            {
                await using var count = new NpgsqlCommand(PostgresQueueSql.CountState, connection) { Parameters = { new() { Value = queue }, new() { Value = (short)state } } };
                var there = (long)(await count.ExecuteScalarAsync(cancellationToken))!;
                if (there == expected)
                {
                    await using var purge = new NpgsqlCommand(PostgresQueueSql.Purge, connection) { Parameters = { new() { Value = queue }, new() { Value = (short)state } } };
                    await purge.ExecuteNonQueryAsync(cancellationToken);
                }

                return there;
            },
            cancellationToken);

    public async ValueTask ForgetDoneAsync(string queue, TimeSpan olderThan, CancellationToken cancellationToken)
    {
        int forgotten;
        do
        {
            await using var connection = await OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand(PostgresQueueSql.ForgetDone, connection)
            {
                Parameters = { new() { Value = queue }, new() { Value = olderThan }, new() { Value = PostgresQueueSql.ForgetBite } },
            };
            forgotten = await command.ExecuteNonQueryAsync(cancellationToken);
        }
        while (forgotten == PostgresQueueSql.ForgetBite);
    }

    private static async Task<ImmutableDictionary<string, (string Hash, bool IsNew)>> StoreAsync(
        NpgsqlConnection connection, string queue, IReadOnlyList<QueueEntry> entries, CancellationToken cancellationToken)
    {
        await using var command = With(PostgresQueueSql.Store, connection, queue, entries);
        var there = ImmutableDictionary.CreateBuilder<string, (string, bool)>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            there[reader.GetString(0)] = (reader.GetString(1), reader.GetBoolean(2));
        }

        return there.ToImmutable();
    }

    private static NpgsqlCommand With(string sql, NpgsqlConnection connection, string queue, IReadOnlyList<QueueEntry> entries) => new(sql, connection)
    {
        Parameters =
        {
            new() { Value = queue },
            new() { Value = entries.Select(entry => entry.Key).ToArray() },
            new() { Value = entries.Select(entry => entry.PayloadHash).ToArray() },
            new() { Value = entries.Select(entry => entry.Payload.ToArray()).ToArray() },
            new() { Value = entries.Select(entry => entry.OrderKey).ToArray() },
            new() { Value = entries.Select(entry => entry.TraceParent).ToArray() },
            new() { Value = entries.Select(entry => entry.EnqueuedAt.ToUniversalTime()).ToArray() },
            new() { Value = entries.Select(entry => entry.KeyExpiresAt.ToUniversalTime()).ToArray() },
        },
    };

    private static NpgsqlParameter Nullable(string? text) => new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text };

    private static QueueEntry Read(string queue, NpgsqlDataReader reader) => new()
    {
        Queue = queue,
        Key = reader.GetString(0),
        PayloadHash = reader.GetString(1),
        Payload = reader.GetFieldValue<byte[]>(2),
        OrderKey = reader.IsDBNull(3) ? null : reader.GetString(3),
        TraceParent = reader.IsDBNull(4) ? null : reader.GetString(4),
        EnqueuedAt = reader.GetFieldValue<DateTimeOffset>(5),
        KeyExpiresAt = reader.GetFieldValue<DateTimeOffset>(6),
    };

    private static async Task<IReadOnlyList<StoredEntry>> StoredAsync(string queue, NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var entries = new List<StoredEntry>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            entries.Add(new StoredEntry(
                Read(queue, reader), (EntryState)reader.GetInt16(7), reader.GetInt32(8), reader.GetFieldValue<DateTimeOffset>(9), reader.IsDBNull(10) ? null : reader.GetString(10)));
        }

        return entries;
    }

    private static async Task<IReadOnlySet<Guid>> TokensAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var tokens = new HashSet<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            tokens.Add(reader.GetGuid(0));
        }

        return tokens;
    }

    /// <summary>Changes that are only called done when they are: a commit that was not replicated throws.</summary>
    private async Task<T> GuardedAsync<T>(Func<NpgsqlConnection, Task<T>> change, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var result = await change(connection);
        await GuardedCommit.RunAsync(connection);
        return result;
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = await database.OpenWriterAsync(cancellationToken);
        try
        {
            await PrepareAsync(connection, cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Once for each writer: one that was promoted before the table had reached it lacks it.</summary>
    private async Task PrepareAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var generation = Generation;
        if (_prepared == generation && generation.Length > 0)
        {
            return;
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var command = new NpgsqlCommand(PostgresQueueSql.CreateSchema, connection))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        _prepared = generation;
    }
}

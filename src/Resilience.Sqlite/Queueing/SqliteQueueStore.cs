#pragma warning disable VSTHRD103, CA1849, MA0042 // SQLite works in this process: its asynchronous calls are the synchronous ones.

using System.Globalization;
using Microsoft.Data.Sqlite;
using Resilience.Queueing;
using Resilience.Queueing.Stores;

namespace Resilience.Sqlite.Queueing;

/// <summary>The queue in a SQLite file. One connection and one statement at a time; every change is one synced transaction.</summary>
internal sealed class SqliteQueueStore(string path, TimeProvider time) : IQueueStore, IDisposable
{
    private static readonly TimeSpan LongestClose = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _turn = new(1);
    private SqliteConnection? _connection;
    private bool _isDisposed;

    public string Description => $"SQLite '{Path.GetFileName(path)}'";

    public bool IsAvailable => true;

    /// <summary>A file loses no commits.</summary>
    public string Generation => "file";

    private long Now => Micros(time.GetUtcNow());

    public ValueTask PrepareAsync(CancellationToken cancellationToken) => new(RunAsync((_, _) => true, cancellationToken).AsTask());

    public ValueTask<IReadOnlyList<StoreAnswer>> StoreAsync(IReadOnlyList<QueueEntry> entries, CancellationToken cancellationToken) => RunAsync(
        (connection, transaction) =>
        {
            var answers = new List<StoreAnswer>(entries.Count);
            foreach (var entry in entries)
            {
                using var find = Command(connection, transaction, SqliteQueueSql.FindHash, ("$queue", entry.Queue), ("$key", entry.Key));
                var known = (string?)find.ExecuteScalar();
                if (known is null)
                {
                    Insert(connection, transaction, entry, EntryState.Ready, null);
                }

                answers.Add(known is null ? StoreAnswer.Stored : known == entry.PayloadHash ? StoreAnswer.Present : StoreAnswer.Conflict);
            }

            return (IReadOnlyList<StoreAnswer>)answers;
        },
        cancellationToken);

    public async ValueTask SettleAsync(IReadOnlyList<QueueEntry> entries, EntryState state, string? reason, CancellationToken cancellationToken) => await RunAsync(
        (connection, transaction) =>
        {
            foreach (var entry in entries)
            {
                using var find = Command(connection, transaction, SqliteQueueSql.FindHash, ("$queue", entry.Queue), ("$key", entry.Key));
                if (find.ExecuteScalar() is null)
                {
                    Insert(connection, transaction, entry, state, reason);
                    continue;
                }

                using var settle = Command(
                    connection, transaction, SqliteQueueSql.Settle, ("$queue", entry.Queue), ("$key", entry.Key), ("$hash", entry.PayloadHash), ("$state", (int)state), ("$reason", reason), ("$now", Now));
                settle.ExecuteNonQuery();
            }

            return true;
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<EntryLease>> ClaimAsync(string queue, int most, TimeSpan lease, CancellationToken cancellationToken) => RunAsync(
        (connection, transaction) =>
        {
            using var claim = Command(connection, transaction, SqliteQueueSql.Claim, ("$queue", queue), ("$most", most), ("$now", Now), ("$until", Later(lease)));
            using var reader = claim.ExecuteReader();
            var leases = new List<EntryLease>();
            while (reader.Read())
            {
                leases.Add(new EntryLease(Read(queue, reader), Guid.ParseExact(reader.GetString(7), "N"), reader.GetInt32(8), reader.GetBoolean(9)));
            }

            return (IReadOnlyList<EntryLease>)[.. leases.OrderBy(claimed => claimed.Entry.EnqueuedAt)];
        },
        cancellationToken);

    public ValueTask<IReadOnlySet<Guid>> RenewAsync(string queue, IReadOnlyList<EntryLease> leases, TimeSpan lease, CancellationToken cancellationToken) => RunAsync(
        (connection, transaction) => (IReadOnlySet<Guid>)Changed(leases, one => one, one => Command(
            connection, transaction, SqliteQueueSql.Renew, ("$queue", queue), ("$key", one.Entry.Key), ("$token", Token(one)), ("$until", Later(lease)))),
        cancellationToken);

    public ValueTask<IReadOnlySet<Guid>> EndAsync(string queue, IReadOnlyList<EndedLease> ended, CancellationToken cancellationToken) => RunAsync(
        (connection, transaction) => (IReadOnlySet<Guid>)Changed(ended, one => one.Lease, one => Command(
            connection,
            transaction,
            SqliteQueueSql.End,
            ("$queue", queue),
            ("$key", one.Lease.Entry.Key),
            ("$token", Token(one.Lease)),
            ("$state", (int)one.End.State),
            ("$until", Later(one.End.RetryAfter)),
            ("$reason", one.End.Reason),
            ("$back", one.End.KeepAttempt ? 1 : 0),
            ("$now", Now))),
        cancellationToken);

    public ValueTask<QueueCounts> CountAsync(string queue, CancellationToken cancellationToken) => RunAsync(
        (connection, transaction) =>
        {
            using var count = Command(connection, transaction, SqliteQueueSql.Count, ("$queue", queue));
            using var reader = count.ExecuteReader();
            reader.Read();
            return new QueueCounts(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.IsDBNull(4) ? null : At(reader.GetInt64(4)));
        },
        cancellationToken);

    public ValueTask<StoredEntry?> FindAsync(string queue, string key, CancellationToken cancellationToken) => RunAsync(
        (connection, transaction) => Stored(queue, Command(connection, transaction, SqliteQueueSql.Find, ("$queue", queue), ("$key", key))) is [var first, ..] ? first : null,
        cancellationToken);

    public ValueTask<IReadOnlyList<StoredEntry>> ListAsync(string queue, EntryState state, string? after, int most, CancellationToken cancellationToken) => RunAsync(
        (connection, transaction) => (IReadOnlyList<StoredEntry>)Stored(
            queue, Command(connection, transaction, SqliteQueueSql.List, ("$queue", queue), ("$state", (int)state), ("$after", after), ("$most", most))),
        cancellationToken);

    public ValueTask<bool> ParkAsync(string queue, string key, string reason, CancellationToken cancellationToken) => RunAsync(
        (connection, transaction) =>
        {
            using var park = Command(connection, transaction, SqliteQueueSql.Park, ("$queue", queue), ("$key", key), ("$reason", reason), ("$now", Now));
            return park.ExecuteNonQuery() == 1;
        },
        cancellationToken);

    public ValueTask<bool> ReplayAsync(string queue, string key, DateTimeOffset keyExpiresAt, CancellationToken cancellationToken) => RunAsync(
        (connection, transaction) =>
        {
            using var replay = Command(connection, transaction, SqliteQueueSql.Replay, ("$queue", queue), ("$key", key), ("$expires", Micros(keyExpiresAt)), ("$now", Now));
            return replay.ExecuteNonQuery() == 1;
        },
        cancellationToken);

    public ValueTask<long> PurgeAsync(string queue, EntryState state, long expected, CancellationToken cancellationToken) => RunAsync(
        (connection, transaction) =>
        {
            using var count = Command(connection, transaction, SqliteQueueSql.CountState, ("$queue", queue), ("$state", (int)state));
            var there = (long)count.ExecuteScalar()!;
            if (there == expected)
            {
                using var purge = Command(connection, transaction, SqliteQueueSql.Purge, ("$queue", queue), ("$state", (int)state));
                purge.ExecuteNonQuery();
            }

            return there;
        },
        cancellationToken);

    public async ValueTask ForgetDoneAsync(string queue, TimeSpan olderThan, CancellationToken cancellationToken) => await RunAsync(
        (connection, transaction) =>
        {
            using var forget = Command(connection, transaction, SqliteQueueSql.ForgetDone, ("$queue", queue), ("$before", Later(-olderThan)));
            return forget.ExecuteNonQuery();
        },
        cancellationToken);

    /// <summary>Lets a change that is under way end first.</summary>
    public void Dispose()
    {
        if (_turn.Wait(LongestClose))
        {
            _isDisposed = true;
            _connection?.Dispose();
            _connection = null;
            _turn.Release();
        }
    }

    private static HashSet<Guid> Changed<T>(IEnumerable<T> all, Func<T, EntryLease> lease, Func<T, SqliteCommand> command)
    {
        var tokens = new HashSet<Guid>();
        foreach (var one in all)
        {
            using var change = command(one);
            if (change.ExecuteNonQuery() == 1)
            {
                tokens.Add(lease(one).Token);
            }
        }

        return tokens;
    }

    private static List<StoredEntry> Stored(string queue, SqliteCommand command)
    {
        using (command)
        {
            using var reader = command.ExecuteReader();
            var entries = new List<StoredEntry>();
            while (reader.Read())
            {
                entries.Add(new StoredEntry(Read(queue, reader), (EntryState)reader.GetInt32(7), reader.GetInt32(8), At(reader.GetInt64(9)), reader.IsDBNull(10) ? null : reader.GetString(10)));
            }

            return entries;
        }
    }

    private static QueueEntry Read(string queue, SqliteDataReader reader) => new()
    {
        Queue = queue,
        Key = reader.GetString(0),
        PayloadHash = reader.GetString(1),
        Payload = reader.GetFieldValue<byte[]>(2),
        OrderKey = reader.IsDBNull(3) ? null : reader.GetString(3),
        TraceParent = reader.IsDBNull(4) ? null : reader.GetString(4),
        EnqueuedAt = At(reader.GetInt64(5)),
        KeyExpiresAt = At(reader.GetInt64(6)),
    };

    private static SqliteCommand Command(SqliteConnection connection, SqliteTransaction transaction, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
#pragma warning disable CA2100 // Only constants of SqliteQueueSql come here.
        var command = new SqliteCommand(sql, connection, transaction);
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }

    private static string Token(EntryLease lease) => lease.Token.ToString("N", CultureInfo.InvariantCulture);

    private static long Micros(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static DateTimeOffset At(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    private long Later(TimeSpan by) => Micros(time.GetUtcNow() + by);

    private void Insert(SqliteConnection connection, SqliteTransaction transaction, QueueEntry entry, EntryState state, string? reason)
    {
        using var insert = Command(
            connection,
            transaction,
            SqliteQueueSql.Insert,
            ("$queue", entry.Queue),
            ("$key", entry.Key),
            ("$hash", entry.PayloadHash),
            ("$payload", entry.Payload.ToArray()),
            ("$order", entry.OrderKey),
            ("$trace", entry.TraceParent),
            ("$enqueued", Micros(entry.EnqueuedAt)),
            ("$expires", Micros(entry.KeyExpiresAt)),
            ("$state", (int)state),
            ("$reason", reason),
            ("$now", Now));
        insert.ExecuteNonQuery();
    }

    private async ValueTask<T> RunAsync<T>(Func<SqliteConnection, SqliteTransaction, T> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var connection = _connection ??= Open();
            using var transaction = connection.BeginTransaction();
            var result = work(connection, transaction);
            transaction.Commit();
            return result;
        }
        finally
        {
            _turn.Release();
        }
    }

    private SqliteConnection Open()
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder);
        }

        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            using var pragmas = new SqliteCommand(SqliteQueueSql.Open, connection);
            pragmas.ExecuteNonQuery();
            using var schema = new SqliteCommand(SqliteQueueSql.CreateSchema, connection);
            schema.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}

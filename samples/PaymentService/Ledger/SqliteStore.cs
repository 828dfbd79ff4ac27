using Microsoft.Data.Sqlite;
using PaymentService.Products;

namespace PaymentService.Ledger;

/// <summary>The file, its schema and the order of its writers.</summary>
internal sealed class SqliteStore(string path) : IHostedService, IDisposable
{
    private const int BusySeconds = 5;

    private static readonly string Schema = """
        PRAGMA journal_mode = WAL;
        CREATE TABLE IF NOT EXISTS payments (
            id              TEXT PRIMARY KEY,
            idempotency_key TEXT NOT NULL,
            request_hash    TEXT NOT NULL,
            account_id      TEXT NOT NULL,
            amount_minor    INTEGER NOT NULL,
            currency        TEXT NOT NULL,
            created_at      INTEGER NOT NULL,
            status          TEXT NOT NULL,
            region          TEXT NOT NULL,
            charge_id       TEXT,
            refusals        INTEGER NOT NULL DEFAULT 0,
            due_at          INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX IF NOT EXISTS payments_by_account ON payments (account_id, created_at DESC, id);
        CREATE INDEX IF NOT EXISTS payments_due ON payments (due_at) WHERE status = 'pending';
        """ + SqliteProducts.Create;

    // SQLite has one writer at a time and waits for it by blocking a thread; here the requests wait without one.
    private readonly SemaphoreSlim _writer = new(1);

    private readonly string _connectionString = new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = BusySeconds }.ToString();

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = Schema;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<T> ReadAsync<T>(Func<SqliteConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        return await read(connection);
    }

    public async Task<T> WriteAsync<T>(Func<SqliteConnection, Task<T>> write, CancellationToken cancellationToken)
    {
        if (!await _writer.WaitAsync(TimeSpan.FromSeconds(BusySeconds), cancellationToken))
        {
            throw new TimeoutException($"The ledger '{Path}' was not free to write within {BusySeconds} s.");
        }

        try
        {
            return await ReadAsync(write, cancellationToken);
        }
        finally
        {
            _writer.Release();
        }
    }

    public void Dispose() => _writer.Dispose();

    private async Task<SqliteConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            // An answer promises that the payment survives a power cut, which NORMAL does not in WAL mode.
            command.CommandText = $"PRAGMA busy_timeout = {BusySeconds * 1000}; PRAGMA synchronous = FULL;";
            await command.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}

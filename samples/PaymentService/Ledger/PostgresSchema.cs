using Npgsql;
using PaymentService.Products;
using Resilience.Postgres;

namespace PaymentService.Ledger;

/// <summary>
/// Creates the tables in the regional database. In the background, because the service must start when no region answers, and again
/// and again, because a failover right after the creation can lose it.
/// </summary>
internal sealed class PostgresSchema(
    [FromKeyedServices(RegionalLedger.Dependency)] RegionalDataSource db, TimeProvider timeProvider, ILogger<PostgresSchema> logger)
    : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CheckDelay = TimeSpan.FromSeconds(15);

    // Any constant will do. Two sessions that create the same table at once fail in spite of IF NOT EXISTS.
    private const string Lock = "SELECT pg_advisory_xact_lock(7205759403792794)";

    private const string Exists = "SELECT to_regclass('payments_due') IS NOT NULL AND to_regclass('products_title') IS NOT NULL";

    private static readonly string Create = """
        CREATE TABLE IF NOT EXISTS payments (
            id              text PRIMARY KEY,
            idempotency_key text NOT NULL,
            request_hash    text NOT NULL,
            account_id      text NOT NULL,
            amount_minor    bigint NOT NULL,
            currency        text NOT NULL,
            created_at      timestamptz NOT NULL,
            status          text NOT NULL CHECK (status IN ('pending', 'captured', 'declined', 'parked')),
            region          text NOT NULL,
            charge_id       text,
            refusals        integer NOT NULL DEFAULT 0,
            due_at          timestamptz NOT NULL
        );
        CREATE INDEX IF NOT EXISTS payments_by_account ON payments (account_id, created_at DESC, id);
        CREATE INDEX IF NOT EXISTS payments_due ON payments (due_at) WHERE status = 'pending';
        """ + PostgresProducts.Create;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource _created = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _ready;
    private bool _failing;

    /// <summary>
    /// Lets requests that come with the very first start wait for their tables. Not for long: when there is no writer, the
    /// ledger itself says so best.
    /// </summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (!_created.Task.IsCompleted)
        {
            await _created.Task.WaitAsync(LongestWait, timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await TickAsync(stoppingToken);
                _failing = false;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                if (!_failing)
                {
                    _failing = true;
                    Log.SchemaFailed(logger, e.Message);
                }
            }

            await Task.Delay(_failing ? RetryDelay : CheckDelay, timeProvider, stoppingToken);
        }
    }

    /// <summary>Creates what is missing.</summary>
    internal async Task TickAsync(CancellationToken cancellationToken)
    {
        await using var connection = await db.OpenWriterAsync(cancellationToken);
        if (!await ExistsAsync(connection, cancellationToken))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await ExecuteAsync(connection, transaction, Lock, cancellationToken);
            await ExecuteAsync(connection, transaction, Create, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            _ready = false;
        }

        if (!_ready)
        {
            _created.TrySetResult();
            _ready = true;
            Log.SchemaReady(logger);
        }
    }

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Exists, connection);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static async Task ExecuteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

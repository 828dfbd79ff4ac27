using Npgsql;
using Resilience.Postgres;

namespace Resilience.Degradation.Alerts;

/// <summary>
/// Keeps the holders of alerts in the service's own database. A replica that has not been heard of for two minutes holds
/// nothing any more.
/// </summary>
internal sealed class PostgresAlertHolders(RegionalDataSource database, string replica) : IAlertHolders
{
    private const string Prepare = PostgresSql.LockSchema + """
        ;
        CREATE SCHEMA IF NOT EXISTS dr_resilience;
        CREATE TABLE IF NOT EXISTS dr_resilience.alert_holder (
            alert   text        NOT NULL,
            replica text        NOT NULL,
            seen_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (alert, replica))
        """;

    // Replicas that come and go at the same moment are put in a row, or two could be first, or none last.
    private const string LockAlert = "SELECT pg_advisory_xact_lock(hashtextextended($1, 7237116801398401389))";

    private const string Enter = """
        INSERT INTO dr_resilience.alert_holder (alert, replica) VALUES ($1, $2)
        ON CONFLICT (alert, replica) DO UPDATE SET seen_at = now()
        """;

    // Who removes nothing was not the last: the last has removed all.
    private const string Leave = """
        WITH gone AS (
            DELETE FROM dr_resilience.alert_holder WHERE alert = $1 AND (replica = $2 OR seen_at < now() - interval '2 minutes') RETURNING 1)
        SELECT EXISTS (SELECT FROM gone)
        """;

    private const string Others = "SELECT NOT EXISTS (SELECT FROM dr_resilience.alert_holder WHERE alert = $1 AND replica <> $2 AND seen_at >= now() - interval '2 minutes')";

    private bool _prepared;

    public ValueTask<bool> EnterAsync(string alert, CancellationToken cancellationToken) => RunAsync(Enter, alert, cancellationToken);

    public ValueTask<bool> LeaveAsync(string alert, CancellationToken cancellationToken) => RunAsync(Leave, alert, cancellationToken);

    private async ValueTask<bool> RunAsync(string change, string alert, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenWriterAsync(cancellationToken);
        await PrepareAsync(connection, cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var statement in new[] { LockAlert, change, Others })
        {
            var command = new NpgsqlBatchCommand(statement) { Parameters = { new() { Value = alert } } };
            if (statement != LockAlert)
            {
                command.Parameters.Add(new() { Value = replica });
            }

            batch.BatchCommands.Add(command);
        }

        var alone = true;
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            do
            {
                while (await reader.ReadAsync(cancellationToken))
                {
                    alone &= reader.GetFieldType(0) != typeof(bool) || reader.GetBoolean(0);
                }
            }
            while (await reader.NextResultAsync(cancellationToken));
        }

        await transaction.CommitAsync(cancellationToken);
        return alone;
    }

    private async ValueTask PrepareAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (_prepared)
        {
            return;
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var command = new NpgsqlCommand(Prepare, connection, transaction))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        _prepared = true;
    }
}

using System.Collections.Immutable;
using Npgsql;
using Resilience.Internal;
using Resilience.Regions;

namespace Resilience.Postgres.Probing;

/// <summary>
/// Asks one server who it is, over a connection of its own that no pool can take away. Used by one loop at a time.
/// </summary>
internal sealed class RegionProbe(string region, bool readsApprovals, ProbeSource source, MonotonicClock clock) : IAsyncDisposable
{
    private static readonly TimeSpan LongestName = TimeSpan.FromSeconds(1);

    private NpgsqlConnection? _connection;
    private bool _isRecognised;
    private bool _hasSchema;
    private bool _hasApprovals;

    public bool IsConnected => _connection is not null;

    /// <summary>
    /// What connecting takes besides the server's own part: the name is looked up here and once more by Npgsql. A slow resolver is
    /// no slow server, up to a point.
    /// </summary>
    public TimeSpan NameTakes => IsConnected ? TimeSpan.Zero : 2 * (source.Name.Took < LongestName ? source.Name.Took : LongestName);

    /// <summary>One look at the server.</summary>
    /// <param name="claimFor">The region name to write into the epoch row first, or null.</param>
    /// <param name="highestEpoch">The claim goes above this.</param>
    /// <param name="cancellationToken">Ends the look; the connection is then given up.</param>
    public async Task<ServerReport> AskAsync(string? claimFor, long highestEpoch, CancellationToken cancellationToken)
    {
        var isOld = _connection is not null;
        try
        {
            return await AskOnceAsync(claimFor, highestEpoch, cancellationToken);
        }
        catch (NpgsqlException exception) when (isOld && exception is not PostgresException && !cancellationToken.IsCancellationRequested)
        {
            // A connection that was cut while nobody used it says nothing of the server: a new one does.
            await DropAsync();
            return await AskOnceAsync(claimFor, highestEpoch, cancellationToken);
        }
    }

    private async Task<ServerReport> AskOnceAsync(string? claimFor, long highestEpoch, CancellationToken cancellationToken)
    {
        if (_connection is null)
        {
            await source.Name.ResolveAsync(cancellationToken);
            var opened = source.CreateConnection();
            _connection = opened;
            await opened.OpenAsync(cancellationToken);
        }

        if (claimFor is not null)
        {
            await ClaimAsync(_connection, claimFor, highestEpoch, cancellationToken);
        }

        return await ReadAsync(_connection, cancellationToken);
    }

    /// <summary>Gives the connection up without waiting for the server; the next look opens another.</summary>
    public async ValueTask DropAsync()
    {
        var dropped = _connection;
        _connection = null;
        _isRecognised = false;
        if (dropped is not null)
        {
            await dropped.DisposeAsync();
        }
    }

    public ValueTask DisposeAsync() => DropAsync();

    private async Task ClaimAsync(NpgsqlConnection connection, string region, long highestEpoch, CancellationToken cancellationToken)
    {
        var dialect = source.Dialect ?? await RecogniseAsync(connection, cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!_hasSchema)
        {
            await ExecuteAsync(new NpgsqlCommand(PostgresSql.LockSchema, connection, transaction), cancellationToken);
            await ExecuteAsync(new NpgsqlCommand(dialect.CreateSchema, connection, transaction), cancellationToken);
        }

        await ExecuteAsync(
            new NpgsqlCommand(dialect.Claim, connection, transaction) { Parameters = { new() { Value = region }, new() { Value = highestEpoch } } },
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        _hasSchema = true;
    }

    private static async Task<ImmutableArray<SwitchApproval>> ReadApprovalsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var approvals = ImmutableArray.CreateBuilder<SwitchApproval>();
        while (await reader.ReadAsync(cancellationToken))
        {
            approvals.Add(new SwitchApproval(reader.GetString(0), TimeSpan.FromSeconds(reader.GetDouble(1))));
        }

        return approvals.DrainToImmutable();
    }

    private static async Task ExecuteAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using (command)
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private async Task<ServerReport> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        while (true)
        {
            var dialect = source.Dialect ?? await RecogniseAsync(connection, cancellationToken);
            try
            {
                if (await ReadOnceAsync(connection, dialect, cancellationToken) is { } report)
                {
                    return report;
                }
            }
            catch (PostgresException) when (source.Dialect != dialect)
            {
                // Asked in the wrong dialect: the server that is here now is of another kind than the one before.
            }
            catch (PostgresException exception) when ((_hasSchema || _hasApprovals) && exception.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
            {
                (_hasSchema, _hasApprovals) = (false, false);
            }
        }
    }

    /// <summary>The first contact: afterwards it is asked along with the first probe of each connection.</summary>
    private async Task<ServerDialect> RecogniseAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ServerDialect.Choose, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await NoteDialectAsync(reader, cancellationToken);
        return source.Dialect!;
    }

    private async Task NoteDialectAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        await reader.ReadAsync(cancellationToken);
        source.Dialect = ServerDialect.Of(reader.GetBoolean(0), reader.GetBoolean(1));
        _isRecognised = true;
    }

    /// <returns>Null when it has to be asked again: it is of another kind, or its schema is there since.</returns>
    private async Task<ServerReport?> ReadOnceAsync(NpgsqlConnection connection, ServerDialect dialect, CancellationToken cancellationToken)
    {
        var asked = clock.Now;
        await using var batch = Batch(connection, dialect);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!_isRecognised)
        {
            await NoteDialectAsync(reader, cancellationToken);
            if (source.Dialect != dialect)
            {
                return null;
            }

            await reader.NextResultAsync(cancellationToken);
        }

        await reader.ReadAsync(cancellationToken);
        var report = new ServerReport(
            reader.GetBoolean(0),
            reader.GetBoolean(1),
            reader.GetInt64(2),
            reader.GetValue(3) as int?,
            reader.GetInt64(4),
            Epoch: null,
            clock.Now - asked)
        {
            Incarnation = reader.GetInt64(6),
            Received = reader.GetInt64(7),
            IsFed = reader.GetValue(8) as bool?,
            Aurora = dialect.IsAurora ? AuroraSql.Read(reader) : null,
        };
        var (present, approvals) = (reader.GetBoolean(5), readsApprovals && reader.GetBoolean(9));
        if (_hasSchema && await reader.NextResultAsync(cancellationToken) && await reader.ReadAsync(cancellationToken))
        {
            report = report with
            {
                Epoch = reader.GetValue(0) is long epoch ? new EpochRow(epoch, reader.GetString(1)) : null,
                SystemIdentifier = dialect.IsAurora ? reader.GetInt64(2) : report.SystemIdentifier,
            };
        }

        if (_hasApprovals && await reader.NextResultAsync(cancellationToken))
        {
            report = report with { Approvals = await ReadApprovalsAsync(reader, cancellationToken) };
        }

        if ((present, approvals) == (_hasSchema, _hasApprovals))
        {
            return report;
        }

        (_hasSchema, _hasApprovals) = (present, approvals);
        return present ? null : report;
    }

    private NpgsqlBatch Batch(NpgsqlConnection connection, ServerDialect dialect)
    {
        var batch = new NpgsqlBatch(connection);
        if (!_isRecognised)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(ServerDialect.Choose));
        }

        batch.BatchCommands.Add(new NpgsqlBatchCommand(dialect.Probe));
        if (_hasSchema)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(dialect.ReadEpoch));
        }

        if (_hasApprovals)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(dialect.ReadApprovals) { Parameters = { new() { Value = region } } });
        }

        return batch;
    }
}

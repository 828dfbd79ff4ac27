using System.Net.Sockets;
using Npgsql;
using Resilience.TestKit;

namespace GameDay.Deployment;

/// <summary>Asks a server itself what state it is in, so that an experiment does not take its own fault on trust.</summary>
internal static class ServerProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static async Task<bool> RefusesConnectionsAsync(PostgresServer server, CancellationToken ct)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(server.Host, server.Port, ct);
            return false;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionRefused;
        }
    }

    /// <summary>Whether it answers a query within a second.</summary>
    public static async Task<bool> AnswersAsync(PostgresServer server, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        try
        {
            await using var connection = await OpenAsync(server, patience.Token).WaitAsync(patience.Token);
            await using var command = new NpgsqlCommand("SELECT 1", connection);
            return await command.ExecuteScalarAsync(patience.Token).WaitAsync(patience.Token) is not null;
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException or TimeoutException && !ct.IsCancellationRequested)
        {
            return false;
        }
    }

    public static async Task<bool> IsWritableAsync(PostgresServer server, CancellationToken ct)
    {
        try
        {
            await using var connection = await OpenAsync(server, ct);
            await using var command = new NpgsqlCommand("SELECT pg_current_xact_id() IS NOT NULL", connection);
            return await command.ExecuteScalarAsync(ct) is true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    /// <summary>Whether it is a standby; what cannot be asked throws.</summary>
    public static async Task<bool> IsInRecoveryAsync(PostgresServer server, CancellationToken ct)
    {
        await using var connection = await OpenAsync(server, ct);
        await using var command = new NpgsqlCommand("SELECT pg_is_in_recovery()", connection);
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>
    /// The commit time of the last transaction that a server replayed before it was promoted; null if that cannot be told. Asked
    /// after the promotion, when everything that was received has been replayed.
    /// </summary>
    public static async Task<DateTimeOffset?> LastReplayedCommitAsync(PostgresServer promoted, CancellationToken ct)
    {
        try
        {
            await using var connection = await OpenAsync(promoted, ct);
            await using var command = new NpgsqlCommand("SELECT pg_last_xact_replay_timestamp()", connection);
            return await command.ExecuteScalarAsync(ct) is DateTime utc ? new DateTimeOffset(utc) : null;
        }
        catch (NpgsqlException)
        {
            return null;
        }
    }

    private static async Task<NpgsqlConnection> OpenAsync(PostgresServer server, CancellationToken ct)
    {
        var connection = new NpgsqlConnection(server.AdminConnectionString);
        try
        {
            await connection.OpenAsync(ct);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}

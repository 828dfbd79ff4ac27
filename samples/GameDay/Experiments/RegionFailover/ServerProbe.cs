using System.Net.Sockets;
using Npgsql;
using Resilience.TestKit;

namespace GameDay.Experiments.RegionFailover;

/// <summary>Asks a server itself what state it is in, so that an experiment does not take its own fault on trust.</summary>
internal static class ServerProbe
{
    private static readonly TimeSpan ReplayQuiet = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ReplayInterval = TimeSpan.FromMilliseconds(20);

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

    /// <summary>The commit time of the last transaction that a standby has of its dead primary; null if that cannot be told.</summary>
    public static async Task<DateTimeOffset?> LastReplayedCommitAsync(PostgresServer standby, TimeProvider time, CancellationToken ct)
    {
        // What was received and what was replayed need not become equal: the primary can die in the middle of a record.
        const string Sql = "SELECT pg_last_wal_replay_lsn()::text, pg_last_xact_replay_timestamp()";
        try
        {
            await using var connection = await OpenAsync(standby, ct);
            var (last, unchangedSince) = ("", time.GetTimestamp());
            while (true)
            {
                await using var command = new NpgsqlCommand(Sql, connection);
                await using var reader = await command.ExecuteReaderAsync(ct);
                if (!await reader.ReadAsync(ct) || await reader.IsDBNullAsync(0, ct) || await reader.IsDBNullAsync(1, ct))
                {
                    return null;
                }

                if (reader.GetString(0) is var position && position != last)
                {
                    (last, unchangedSince) = (position, time.GetTimestamp());
                }
                else if (time.GetElapsedTime(unchangedSince) >= ReplayQuiet)
                {
                    return await reader.GetFieldValueAsync<DateTimeOffset>(1, ct);
                }

                await Task.Delay(ReplayInterval, time, ct);
            }
        }
        catch (NpgsqlException)
        {
            // Not knowing is an answer too.
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

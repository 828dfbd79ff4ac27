using Npgsql;

namespace Resilience.Postgres;

/// <summary>Gives a connection back whatever has become of it.</summary>
internal static class ClosedConnection
{
    /// <summary>
    /// Never throws. On a connection that was broken while a transaction was open Npgsql still sends a ROLLBACK and throws that it
    /// cannot; that would take the place of what has really happened, and nothing is left to be undone.
    /// </summary>
    public static async ValueTask OfAsync(NpgsqlConnection connection)
    {
        try
        {
            await connection.DisposeAsync();
        }
        catch (Exception exception) when (exception is NpgsqlException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The pool has dropped it.
        }
    }
}

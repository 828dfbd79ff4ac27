using Npgsql;

namespace Resilience.Postgres;

/// <summary>
/// A commit that is only called one when it is. Three answers look like success and are none: ROLLBACK, which the server
/// gives for the COMMIT of a transaction that an earlier error had aborted; a warning 01000, by which it says that it gave
/// up waiting for the synchronous standby; and a warning 25P01, that there was no transaction any more.
/// </summary>
internal static class GuardedCommit
{
    private const string Warning = "01000";

    /// <summary>Commits, without a time-out: Npgsql's would cancel the wait for the standby and report success.</summary>
    /// <exception cref="CommitNotReplicatedException">The server did not wait for its synchronous standby: the outcome is unknown.</exception>
    /// <exception cref="InvalidOperationException">The work had ended the transaction itself.</exception>
    /// <exception cref="PostgresException">The server refused; with severity ERROR the transaction is rolled back.</exception>
    public static async Task RunAsync(NpgsqlConnection connection)
    {
        PostgresNotice? warning = null;
        void Note(object sender, NpgsqlNoticeEventArgs args)
        {
            if (args.Notice.SqlState is Warning or PostgresErrorCodes.NoActiveSqlTransaction)
            {
                warning = args.Notice;
            }
        }

        connection.Notice += Note;
        try
        {
            await using var batch = new NpgsqlBatch(connection) { Timeout = 0 };

            // In an aborted transaction the first statement fails and the second is skipped; together they are one round trip.
            batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT 1"));
            batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
            await batch.ExecuteNonQueryAsync(CancellationToken.None);
        }
        finally
        {
            connection.Notice -= Note;
        }

        switch (warning?.SqlState)
        {
            case Warning:
                throw new CommitNotReplicatedException(warning.MessageText);
            case PostgresErrorCodes.NoActiveSqlTransaction:
                throw new InvalidOperationException(
                    "The work passed to ExecuteAsync ended its transaction itself. Leave committing and rolling back to ExecuteAsync: throw to roll back.");
        }
    }
}

using Resilience.IntegrationTests.TestKit;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Postgres;

/// <summary>The runbook's procedure for moving writes on plain PostgreSQL without losing any, as an operator would do it.</summary>
internal static class PlannedSwitchover
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    /// <returns>How long the work in flight was waited for.</returns>
    public static async Task<TimeSpan> RunAsync(PostgresServer from, PostgresServer to, CancellationToken ct = default)
    {
        await from.SetAsync("default_transaction_read_only", "on", ct);
        var began = TimeProvider.System.GetTimestamp();
        var since = await Sql.QueryAsync<DateTime>(from, "SELECT clock_timestamp()");
        string before;
        string after;
        do
        {
            await Eventually.UntilAsync(async _ => await Sql.QueryAsync<long>(from, InFlight(since)) == 0, () => "work in flight does not end", ct, Grace);
            before = await PositionAsync(from);
            await to.WaitUntilCaughtUpAsync(from, ct);
            after = await PositionAsync(from);
        }
        while (before != after);
        var drained = TimeProvider.System.GetElapsedTime(began);
        await to.PromoteAsync(ct);
        await from.StopAsync(ct);
        return drained;
    }

    private static Task<string> PositionAsync(PostgresServer server) => Sql.QueryAsync<string>(server, "SELECT pg_current_wal_insert_lsn()::text");

    /// <summary>Transactions that write, or that began before the server was read-only and so may yet.</summary>
    private static string InFlight(DateTime since) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"""
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
          AND (backend_xid IS NOT NULL OR xact_start < '{since:O}'::timestamptz)
        """);
}

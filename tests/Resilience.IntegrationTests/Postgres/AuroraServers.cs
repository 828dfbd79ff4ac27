using Npgsql;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Postgres;

/// <summary>
/// Makes plain servers answer as Aurora does: its functions, in the shapes that its user guide shows, and none of the functions that
/// Aurora refuses. Each server reads its rows from a file of its own, so that a test can change what one of them says.
/// </summary>
internal static class AuroraServers
{
    private const string Rows = "aurora.json";

    /// <summary>What an ordinary role may not call on Aurora.</summary>
    private static readonly string[] Refused =
    [
        "pg_walfile_name(pg_lsn)", "pg_current_wal_lsn()", "pg_current_wal_insert_lsn()", "pg_last_wal_receive_lsn()",
        "pg_last_wal_replay_lsn()", "pg_stat_get_wal_receiver()", "pg_control_system()",
    ];

    /// <summary>Starts a pair as two clusters of a global database, or as a writer and a reader of one cluster.</summary>
    public static async Task<TwoRegionPostgres> StartAsync(bool isGlobal)
    {
        var servers = await TwoRegionPostgres.StartAsync();
        await InstallAsync(servers, isGlobal);
        return servers;
    }

    /// <summary>The functions are replicated; the standby has them once it has caught up.</summary>
    public static async Task InstallAsync(TwoRegionPostgres servers, bool isGlobal)
    {
        foreach (var server in servers.All)
        {
            await (isGlobal ? SayGlobalAsync(server, servers.East, rpo: 1090, durability: 900, visibility: 17) : SayClusterAsync(server, servers.East, lag: 20));
        }

        await using var admin = new NpgsqlConnection(servers.East.AdminConnectionString);
        await admin.OpenAsync();
        foreach (var statement in Functions(isGlobal))
        {
            await using var command = new NpgsqlCommand(statement, admin);
            await command.ExecuteNonQueryAsync();
        }

        await servers.West.WaitUntilCaughtUpAsync(servers.East);
    }

    /// <summary>One row for each cluster and each instance; a secondary cluster lists only itself among its replicas.</summary>
    public static Task SayGlobalAsync(PostgresServer server, PostgresServer writer, int rpo, int durability, int visibility)
    {
        var writes = server == writer;
        var replicas = writes
            ? """
              {"server_id":"payments-n1","session_id":"MASTER_SESSION_ID","durable_lsn":93763985102},
              {"server_id":"payments-n2","session_id":"f38430cf-6576-479a-b296-dc06b1b1964a","durable_lsn":93763985099,"highest_lsn_rcvd":93763985102,"replica_lag_in_msec":10}
              """
            : """{"server_id":"payments-west-n1","session_id":"0d9f1d98-04ad-4aa4-8fdd-e08674cbbbfe","durable_lsn":93763985095,"highest_lsn_rcvd":93763985099,"replica_lag_in_msec":5}""";
        return SayAsync(server, $$"""
            {
              "instance": "{{(writes ? "payments-n1" : "payments-west-n1")}}",
              "replicas": [{{replicas}}],
              "clusters": [
                {"aws_region":"us-east-1","highest_lsn_written":93763984222,"durability_lag_in_msec":-1,"rpo_lag_in_msec":-1,"last_lag_calculation_time":"1970-01-01 00:00:00+00","feedback_epoch":0,"feedback_xmin":0},
                {"aws_region":"us-west-2","highest_lsn_written":93763984222,"durability_lag_in_msec":{{durability}},"rpo_lag_in_msec":{{rpo}},"last_lag_calculation_time":"2020-05-12 22:49:14.328+00","feedback_epoch":2,"feedback_xmin":3315479243}
              ],
              "instances": [
                {"server_id":"payments-n1","session_id":"MASTER_SESSION_ID","aws_region":"us-east-1","durable_lsn":93763985102},
                {"server_id":"payments-n2","session_id":"f38430cf-6576-479a-b296-dc06b1b1964a","aws_region":"us-east-1","durable_lsn":93763985099,"highest_lsn_rcvd":93763985102,"feedback_epoch":2,"feedback_xmin":3315479243,"oldest_read_view_lsn":93763985095,"visibility_lag_in_msec":10},
                {"server_id":"payments-west-n1","session_id":"0d9f1d98-04ad-4aa4-8fdd-e08674cbbbfe","aws_region":"us-west-2","durable_lsn":93763985095,"highest_lsn_rcvd":93763985099,"feedback_epoch":2,"feedback_xmin":3315479243,"oldest_read_view_lsn":93763985089,"visibility_lag_in_msec":{{visibility}}}
              ]
            }
            """);
    }

    /// <summary>Writer and reader of one cluster, on one storage.</summary>
    public static Task SayClusterAsync(PostgresServer server, PostgresServer writer, int lag) => SayAsync(server, $$"""
        {
          "instance": "{{(server == writer ? "payments-n1" : "payments-n2")}}",
          "replicas": [
            {"server_id":"payments-n1","session_id":"MASTER_SESSION_ID","durable_lsn":93763985102},
            {"server_id":"payments-n2","session_id":"f38430cf-6576-479a-b296-dc06b1b1964a","durable_lsn":93763985099,"highest_lsn_rcvd":93763985102,"replica_lag_in_msec":{{lag}}}
          ]
        }
        """);

    private static async Task SayAsync(PostgresServer server, string rows)
    {
        await using var admin = new NpgsqlConnection(server.AdminConnectionString);
        await admin.OpenAsync();
        await using var command = new NpgsqlCommand("SHOW data_directory", admin);
        var path = Path.Combine((string)(await command.ExecuteScalarAsync())!, Rows);
        await File.WriteAllTextAsync($"{path}.new", rows);
        File.Move($"{path}.new", path, overwrite: true);
    }

    private static IEnumerable<string> Functions(bool isGlobal)
    {
        yield return "SET allow_system_table_mods = on";
        if (isGlobal)
        {
            yield return Function(
                "aurora_global_db_status", "clusters",
                "aws_region text, highest_lsn_written bigint, durability_lag_in_msec bigint, rpo_lag_in_msec bigint, last_lag_calculation_time timestamptz, feedback_epoch bigint, feedback_xmin bigint");
            yield return Function(
                "aurora_global_db_instance_status", "instances",
                "server_id text, session_id text, aws_region text, durable_lsn bigint, highest_lsn_rcvd bigint, feedback_epoch bigint, feedback_xmin bigint, oldest_read_view_lsn bigint, visibility_lag_in_msec bigint");
        }

        yield return $"CREATE FUNCTION pg_catalog.aurora_db_instance_identifier() RETURNS text LANGUAGE sql SECURITY DEFINER AS $$ SELECT pg_read_file('{Rows}')::json ->> 'instance' $$";
        yield return $"REVOKE EXECUTE ON FUNCTION {string.Join(", ", Refused)} FROM PUBLIC";

        // Last, because it is what tells Aurora: whoever looks in between sees a plain server, whole or refused.
        yield return Function(
            "aurora_replica_status", "replicas",
            "server_id text, session_id text, durable_lsn bigint, highest_lsn_rcvd bigint, current_read_lsn bigint, cur_replay_latency_in_usec bigint, active_txns integer, last_update_timestamp timestamptz, replica_lag_in_msec integer");
    }

    private static string Function(string name, string key, string columns) => $"""
        CREATE FUNCTION pg_catalog.{name}() RETURNS TABLE ({columns}) LANGUAGE sql SECURITY DEFINER
        AS $$ SELECT * FROM json_to_recordset(coalesce(pg_read_file('{Rows}')::json -> '{key}', '[]')) AS said ({columns}) $$
        """;
}

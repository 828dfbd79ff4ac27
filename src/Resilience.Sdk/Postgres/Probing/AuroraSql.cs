using System.Collections.Immutable;
using Npgsql;
using Resilience.Regions;

namespace Resilience.Postgres.Probing;

/// <summary>
/// The statements for Aurora PostgreSQL. Its log lies in a storage of its own: there are no WAL files, no timeline and no receiver,
/// and the functions that tell of them raise errors. So terms are told by the epoch row alone, lag is what Aurora measures, and the
/// cluster is known by a number that we keep with the data, because what <c>pg_control_system()</c> says in two clusters of one global
/// database is documented nowhere.
/// </summary>
internal static class AuroraSql
{
    /// <summary>A cluster in one region: a reader is on the writer's storage and only shows it a little late.</summary>
    public const string ProbeCluster = $"""
        WITH {Replicas}
        {Common}
               coalesce((SELECT received FROM own), 0)::bigint,
               {Both},
               (SELECT lag FROM own)::float8,
               NULL::text, '', '', ''
        """;

    /// <summary>
    /// A global database. The lag of a reader in another region is measured against that region's storage, so the storage's own
    /// lag comes on top of it; the caller adds them up.
    /// </summary>
    public const string ProbeGlobal = $"""
        WITH {Replicas},
             everywhere AS MATERIALIZED (
                 SELECT server_id, aws_region, visibility_lag_in_msec AS lag, highest_lsn_rcvd AS received FROM aurora_global_db_instance_status()),
             here AS (SELECT * FROM everywhere WHERE server_id = aurora_db_instance_identifier() LIMIT 1),
             clusters AS MATERIALIZED (
                 SELECT aws_region, coalesce(rpo_lag_in_msec, -1)::bigint AS rpo, coalesce(durability_lag_in_msec, -1)::bigint AS durability
                 FROM aurora_global_db_status() ORDER BY aws_region)
        {Common}
               coalesce((SELECT received FROM here), (SELECT received FROM own), 0)::bigint,
               {Both},
               coalesce((SELECT lag FROM here), (SELECT lag FROM own))::float8,
               (SELECT aws_region FROM here)::text,
               coalesce((SELECT string_agg(aws_region::text, ',') FROM clusters), ''),
               coalesce((SELECT string_agg(rpo::text, ',') FROM clusters), ''),
               coalesce((SELECT string_agg(durability::text, ',') FROM clusters), '')
        """;

    /// <summary>The epoch row and the number of the cluster. Without the number there is no row either: it has to be claimed first.</summary>
    public const string ReadEpoch = """
        SELECT row.epoch, row.writer_region, identity.id
        FROM dr_resilience.cluster_identity AS identity LEFT JOIN dr_resilience.writer_epoch AS row ON true
        """;

    /// <summary>
    /// There is no timeline that a promotion begins. What names it is the epoch that is left by it (<see cref="ServerReport.Promotion"/>):
    /// the row's, until the claim of this region raises it by one.
    /// </summary>
    public const string ReadApprovals = """
        SELECT principal, extract(epoch FROM now() - approved_at)::double precision FROM dr_resilience.switch_approval
        WHERE region = $1 AND timeline =
            CASE WHEN pg_is_in_recovery() THEN -1
                 ELSE coalesce((SELECT CASE WHEN writer_region = $1 THEN epoch - 1 ELSE epoch END FROM dr_resilience.writer_epoch), 0) END
        ORDER BY approved_at LIMIT 100
        """;

    public const string CreateSchema = $"""
        {PostgresSql.CreateSchema}
        CREATE TABLE IF NOT EXISTS dr_resilience.cluster_identity (
            only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
            id       bigint  NOT NULL);
        """;

    /// <summary>As on every PostgreSQL; and the cluster gets its number, once and for ever.</summary>
    public const string Claim = $"""
        WITH numbered AS (
            INSERT INTO dr_resilience.cluster_identity (id) VALUES (1 + (random() * 9e15)::bigint) ON CONFLICT (only_row) DO NOTHING)
        {PostgresSql.Claim}
        """;

    /// <summary>No position is comparable between regions: one that no standby reaches leaves the writer, or whoever shows a later epoch.</summary>
    public const string ReadToken = "SELECT epoch, 9223372036854775807 FROM dr_resilience.writer_epoch";

    private const string Replicas = """
        replicas AS MATERIALIZED (
            SELECT server_id, session_id, replica_lag_in_msec AS lag, highest_lsn_rcvd AS received FROM aurora_replica_status()),
        own AS (SELECT * FROM replicas WHERE server_id = aurora_db_instance_identifier() LIMIT 1)
        """;

    /// <summary>The columns of the plain probe, up to when the server started. The cluster's number comes with the epoch row.</summary>
    private const string Common = """
        SELECT pg_is_in_recovery(),
               current_setting('default_transaction_read_only') = 'on',
               0::bigint,
               NULL::int,
               0::bigint,
               to_regclass('dr_resilience.writer_epoch') IS NOT NULL AND to_regclass('dr_resilience.cluster_identity') IS NOT NULL,
               (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint,
        """;

    /// <summary>Whether it is fed is not told here. Then approvals, whose key needs the epoch row, and Aurora's view of who writes.</summary>
    private const string Both = """
        NULL::boolean,
        coalesce(has_table_privilege(to_regclass('dr_resilience.switch_approval'), 'SELECT'), false)
            AND to_regclass('dr_resilience.writer_epoch') IS NOT NULL,
        coalesce((SELECT session_id = 'MASTER_SESSION_ID' FROM own), false),
        EXISTS (SELECT FROM replicas WHERE session_id = 'MASTER_SESSION_ID')
        """;

    /// <summary>Reads what comes after the columns that all kinds have.</summary>
    public static AuroraStatus Read(NpgsqlDataReader reader)
    {
        var status = new AuroraStatus
        {
            SharesStorage = reader.GetBoolean(11),
            AwsRegion = reader.GetValue(13) as string,
            Clusters = Clusters(reader.GetString(14), reader.GetString(15), reader.GetString(16)),
        };
        var isNamedWriter = reader.GetBoolean(10);
        if (reader.GetValue(12) is not double lag || isNamedWriter || (status.AwsRegion is null && !status.Clusters.IsEmpty))
        {
            // The writer has none; and without its region's part of it, the figure would be too small.
            return status;
        }

        var storage = status.Clusters.FirstOrDefault(cluster => cluster.AwsRegion == status.AwsRegion).Durability ?? TimeSpan.Zero;
        return status with { Lag = TimeSpan.FromMilliseconds(Math.Max(lag, 0)) + storage };
    }

    private static ImmutableArray<AuroraRegionLag> Clusters(string regions, string rpos, string durabilities) =>
        [.. Split(regions).Zip(Split(rpos), Split(durabilities)).Select(one => new AuroraRegionLag(one.First, Lag(one.Second), Lag(one.Third)))];

    private static string[] Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>-1 stands for the writing cluster, which lags behind nobody.</summary>
    private static TimeSpan? Lag(string milliseconds) =>
        long.Parse(milliseconds, System.Globalization.CultureInfo.InvariantCulture) is >= 0 and var lag ? TimeSpan.FromMilliseconds(lag) : null;
}

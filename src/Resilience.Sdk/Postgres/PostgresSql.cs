namespace Resilience.Postgres;

/// <summary>The statements by which plain PostgreSQL is asked who it is, and told who writes. They need no special role.</summary>
internal static class PostgresSql
{
    /// <summary>
    /// The timeline of a server that is out of recovery, from the current WAL file's name: that is right as soon as recovery ends,
    /// while the control file's lags behind by seconds after a promotion.
    /// </summary>
    private const string Timeline = "('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int";

    /// <summary>One round trip: role, write switch, cluster, timeline, position, whether our schema is here, when it started.</summary>
    public const string Probe = $"""
        SELECT pg_is_in_recovery(),
               current_setting('default_transaction_read_only') = 'on',
               (SELECT system_identifier FROM pg_control_system()),
               CASE WHEN pg_is_in_recovery() THEN NULL ELSE {Timeline} END,
               (CASE WHEN pg_is_in_recovery() THEN coalesce(pg_last_wal_replay_lsn(), '0/0'::pg_lsn)
                     ELSE pg_current_wal_lsn() END - '0/0'::pg_lsn)::bigint,
               to_regclass('dr_resilience.writer_epoch') IS NOT NULL,
               (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint,
               (coalesce(pg_last_wal_receive_lsn(), '0/0'::pg_lsn) - '0/0'::pg_lsn)::bigint,
               EXISTS (SELECT FROM pg_stat_get_wal_receiver() WHERE pid IS NOT NULL),
               coalesce(has_table_privilege(to_regclass('dr_resilience.switch_approval'), 'SELECT'), false)
        """;

    /// <summary>The insert position: past every commit that was answered, also with synchronous_commit off.</summary>
    public const string ReadToken = """
        SELECT epoch, (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint FROM dr_resilience.writer_epoch
        """;

    public const string ReadEpoch = "SELECT epoch, writer_region FROM dr_resilience.writer_epoch";

    /// <summary>
    /// Approvals are kept in the promoted server: there every replica finds them, and only there do they mean anything. They are of
    /// one promotion, which the timeline names; where there is none, as on Aurora, the column holds what stands for it.
    /// </summary>
    public const string CreateApprovals = """
        CREATE TABLE IF NOT EXISTS dr_resilience.switch_approval (
            region      text        NOT NULL,
            timeline    integer     NOT NULL,
            principal   text        NOT NULL,
            approved_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (region, timeline, principal));
        """;

    public const string HasApprovals = "SELECT to_regclass('dr_resilience.switch_approval') IS NOT NULL";

    public const string Approve = """
        INSERT INTO dr_resilience.switch_approval (region, timeline, principal) VALUES ($1, $2, $3)
        ON CONFLICT (region, timeline, principal) DO UPDATE SET approved_at = now()
        """;

    public const string WithdrawApproval = "DELETE FROM dr_resilience.switch_approval WHERE region = $1 AND timeline = $2 AND principal = $3";

    public const string ReadApprovals = $"""
        SELECT principal, extract(epoch FROM now() - approved_at)::double precision FROM dr_resilience.switch_approval
        WHERE region = $1 AND timeline = CASE WHEN pg_is_in_recovery() THEN -1 ELSE {Timeline} END
        ORDER BY approved_at LIMIT 100
        """;

    /// <summary>Held by the replica that moves writes back, for as long as it does: "dr_failb" as a number.</summary>
    public const string LockFailback = "SELECT pg_try_advisory_lock(7237952444463410274)";

    /// <summary>The epoch, if this server is the writer $1 and takes writes; no row otherwise.</summary>
    public const string WriterEpoch = """
        SELECT epoch FROM dr_resilience.writer_epoch
        WHERE writer_region = $1 AND NOT pg_is_in_recovery() AND current_setting('default_transaction_read_only') = 'off'
        """;

    public const string IsStandby = "SELECT pg_is_in_recovery()";

    /// <summary>Serialises the creation of the schema between replicas that start together: "dr_resil" as a number.</summary>
    public const string LockSchema = "SELECT pg_advisory_xact_lock(7237116801398401388)";

    public const string CreateSchema = """
        CREATE SCHEMA IF NOT EXISTS dr_resilience;
        CREATE TABLE IF NOT EXISTS dr_resilience.writer_epoch (
            only_row      boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
            epoch         bigint      NOT NULL,
            writer_region text        NOT NULL,
            claimed_at    timestamptz NOT NULL DEFAULT now());
        CREATE TABLE IF NOT EXISTS dr_resilience.operation (
            operation_id text        PRIMARY KEY,
            call_id      uuid        NOT NULL,
            entered_at   timestamptz NOT NULL DEFAULT now());
        CREATE INDEX IF NOT EXISTS operation_entered_at ON dr_resilience.operation (entered_at);
        """;

    /// <summary>
    /// Writes down that this region writes, above every epoch seen ($2). Changes nothing when the row says so already, so
    /// any number of clients may race to it.
    /// </summary>
    public const string Claim = """
        INSERT INTO dr_resilience.writer_epoch AS row (epoch, writer_region) VALUES ($2 + 1, $1)
        ON CONFLICT (only_row) DO UPDATE
        SET epoch = greatest(row.epoch, $2) + 1, writer_region = $1, claimed_at = now()
        WHERE row.writer_region <> $1
        """;

    /// <summary>
    /// Enters an operation, unless the server is of an earlier epoch than $3: that is asked in the same round trip in which the
    /// transaction begins. Waits for a transaction that is entering the same id. Tells the epoch, and whether this one was entered.
    /// </summary>
    public const string EnterOperation = """
        WITH fence AS (SELECT epoch FROM dr_resilience.writer_epoch),
        entered AS (
            INSERT INTO dr_resilience.operation (operation_id, call_id)
            SELECT $1, $2 WHERE coalesce((SELECT epoch FROM fence), $3) >= $3
            ON CONFLICT (operation_id) DO NOTHING RETURNING true)
        SELECT (SELECT epoch FROM fence), EXISTS (SELECT FROM entered)
        """;

    /// <summary>Which of many operations are done; none on a server of an earlier epoch than $2.</summary>
    public const string FindOperations = """
        SELECT operation_id FROM dr_resilience.operation
        WHERE operation_id = ANY ($1) AND (SELECT epoch FROM dr_resilience.writer_epoch) >= $2
        """;

    public const string ReadOperation = "SELECT call_id FROM dr_resilience.operation WHERE operation_id = $1";

    public const string TouchOperation = "UPDATE dr_resilience.operation SET entered_at = entered_at WHERE operation_id = $1";

    /// <summary>How many operations are forgotten in one statement.</summary>
    public const int PurgeBite = 5000;

    /// <summary>Forgets old operations in bounded bites, so that no delete runs long.</summary>
    public const string PurgeOperations = """
        DELETE FROM dr_resilience.operation WHERE operation_id IN (
            SELECT operation_id FROM dr_resilience.operation WHERE entered_at < now() - $1 ORDER BY entered_at LIMIT $2)
        """;
}

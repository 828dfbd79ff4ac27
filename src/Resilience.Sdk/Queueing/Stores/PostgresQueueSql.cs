using Resilience.Postgres;

namespace Resilience.Queueing.Stores;

/// <summary>The statements of the queue. All times are the server's.</summary>
internal static class PostgresQueueSql
{
    /// <summary>
    /// What waits and what is leased share one index by the moment at which it may be claimed, which for a lease is its end;
    /// so a claim reads what it takes and no more, however long the queue is.
    /// </summary>
    public const string CreateSchema = PostgresSql.LockSchema + """
        ;
        CREATE SCHEMA IF NOT EXISTS dr_resilience;
        CREATE TABLE IF NOT EXISTS dr_resilience.queue_entry (
            id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            queue          text        NOT NULL,
            key            text        NOT NULL,
            payload_hash   text        NOT NULL,
            payload        bytea       NOT NULL,
            order_key      text,
            trace_parent   text,
            enqueued_at    timestamptz NOT NULL,
            key_expires_at timestamptz NOT NULL,
            state          smallint    NOT NULL DEFAULT 0,
            attempts       integer     NOT NULL DEFAULT 0,
            available_at   timestamptz NOT NULL DEFAULT now(),
            lease_token    uuid,
            reason         text,
            changed_at     timestamptz NOT NULL DEFAULT now(),
            UNIQUE (queue, key));
        CREATE INDEX IF NOT EXISTS queue_entry_due ON dr_resilience.queue_entry (queue, available_at, id) WHERE state IN (0, 1);
        CREATE INDEX IF NOT EXISTS queue_entry_order ON dr_resilience.queue_entry (queue, order_key, id) WHERE state IN (0, 1) AND order_key IS NOT NULL;
        CREATE INDEX IF NOT EXISTS queue_entry_done ON dr_resilience.queue_entry (queue, changed_at) WHERE state = 2;
        CREATE INDEX IF NOT EXISTS queue_entry_aside ON dr_resilience.queue_entry (queue, state, id) WHERE state IN (3, 4);
        """;

    /// <summary>
    /// DO UPDATE although nothing changes: DO NOTHING returns without waiting for the synchronous standby, so an entry that is
    /// not replicated yet would be called present.
    /// </summary>
    public const string Store = """
        INSERT INTO dr_resilience.queue_entry AS q (queue, key, payload_hash, payload, order_key, trace_parent, enqueued_at, key_expires_at)
        SELECT $1, e.* FROM unnest($2::text[], $3::text[], $4::bytea[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[]) AS e
        ON CONFLICT (queue, key) DO UPDATE SET changed_at = q.changed_at
        RETURNING q.key, q.payload_hash, q.xmax = 0
        """;

    public const string Settle = """
        INSERT INTO dr_resilience.queue_entry AS q (queue, key, payload_hash, payload, order_key, trace_parent, enqueued_at, key_expires_at, state, reason)
        SELECT $1, e.*, $9, $10 FROM unnest($2::text[], $3::text[], $4::bytea[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[]) AS e
        ON CONFLICT (queue, key) DO UPDATE SET state = EXCLUDED.state, reason = EXCLUDED.reason, lease_token = NULL, changed_at = now()
        WHERE q.payload_hash = EXCLUDED.payload_hash AND q.state <> 2
        """;

    /// <summary>Of those that share an order key only the oldest that is not carried out; a worker that has it keeps the others waiting.</summary>
    public const string Claim = """
        WITH due AS MATERIALIZED (
            SELECT e.id FROM dr_resilience.queue_entry e
            WHERE e.queue = $1 AND e.state IN (0, 1) AND e.available_at <= now()
              AND (e.order_key IS NULL OR NOT EXISTS (
                  SELECT FROM dr_resilience.queue_entry earlier
                  WHERE earlier.queue = e.queue AND earlier.order_key = e.order_key AND earlier.state IN (0, 1) AND earlier.id < e.id))
            ORDER BY e.available_at, e.id LIMIT $2 FOR UPDATE SKIP LOCKED)
        UPDATE dr_resilience.queue_entry q
        SET state = 1, attempts = q.attempts + 1, lease_token = gen_random_uuid(), available_at = now() + $3, changed_at = now(),
            reason = CASE WHEN q.state = 1 THEN 'lease-ran-out' END
        FROM due WHERE q.id = due.id
        RETURNING q.key, q.payload_hash, q.payload, q.order_key, q.trace_parent, q.enqueued_at, q.key_expires_at, q.lease_token, q.attempts, q.reason IS NOT NULL
        """;

    public const string Renew = """
        UPDATE dr_resilience.queue_entry SET available_at = now() + $3
        WHERE queue = $1 AND state = 1 AND lease_token = ANY ($2) RETURNING lease_token
        """;

    public const string End = """
        UPDATE dr_resilience.queue_entry q
        SET state = e.state, available_at = now() + e.wait, reason = e.reason, attempts = q.attempts - e.back, lease_token = NULL, changed_at = now()
        FROM unnest($2::uuid[], $3::smallint[], $4::interval[], $5::text[], $6::integer[], $7::text[]) AS e (token, state, wait, reason, back, key)
        WHERE q.queue = $1 AND q.key = e.key AND q.state = 1 AND q.lease_token = e.token RETURNING e.token
        """;

    public const string Count = """
        SELECT (SELECT count(*) FROM dr_resilience.queue_entry WHERE queue = $1 AND state = 0),
               (SELECT count(*) FROM dr_resilience.queue_entry WHERE queue = $1 AND state = 1),
               (SELECT count(*) FROM dr_resilience.queue_entry WHERE queue = $1 AND state = 3),
               (SELECT count(*) FROM dr_resilience.queue_entry WHERE queue = $1 AND state = 4),
               (SELECT min(enqueued_at) FROM dr_resilience.queue_entry WHERE queue = $1 AND state = 0)
        """;

    public const string Find = Columns + " WHERE queue = $1 AND key = $2";

    public const string List = Columns + """
         WHERE queue = $1 AND state = $2
           AND id > coalesce((SELECT id FROM dr_resilience.queue_entry WHERE queue = $1 AND key = $3), 0)
         ORDER BY id LIMIT $4
        """;

    public const string Park = """
        UPDATE dr_resilience.queue_entry
        SET state = 3, reason = $3, available_at = now(), lease_token = NULL, changed_at = now()
        WHERE queue = $1 AND key = $2 AND state = 0
        """;

    public const string Replay = """
        UPDATE dr_resilience.queue_entry
        SET state = 0, reason = 'replayed', available_at = now(), lease_token = NULL, changed_at = now(), attempts = 0,
            key_expires_at = CASE WHEN state = 4 THEN $3 ELSE key_expires_at END
        WHERE queue = $1 AND key = $2 AND state IN (3, 4)
        """;

    public const string CountState = "SELECT count(*) FROM (SELECT FROM dr_resilience.queue_entry WHERE queue = $1 AND state = $2 FOR UPDATE) locked";

    public const string Purge = "DELETE FROM dr_resilience.queue_entry WHERE queue = $1 AND state = $2";

    /// <summary>How many are forgotten in one statement.</summary>
    public const int ForgetBite = 5000;

    public const string ForgetDone = """
        DELETE FROM dr_resilience.queue_entry WHERE id IN (
            SELECT id FROM dr_resilience.queue_entry WHERE queue = $1 AND state = 2 AND changed_at < now() - $2 ORDER BY changed_at LIMIT $3)
        """;

    private const string Columns = """
        SELECT key, payload_hash, payload, order_key, trace_parent, enqueued_at, key_expires_at, state, attempts, available_at, reason
        FROM dr_resilience.queue_entry
        """;
}

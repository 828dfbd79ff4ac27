namespace Resilience.Sqlite.Queueing;

/// <summary>The statements of the queue. Times are microseconds since 1970 on the clock of this process, the only one there is.</summary>
internal static class SqliteQueueSql
{
    public const string Open = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;";

    public const string CreateSchema = """
        CREATE TABLE IF NOT EXISTS queue_entry (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            queue TEXT NOT NULL, key TEXT NOT NULL, payload_hash TEXT NOT NULL, payload BLOB NOT NULL, order_key TEXT, trace_parent TEXT,
            enqueued_at INTEGER NOT NULL, key_expires_at INTEGER NOT NULL,
            state INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, available_at INTEGER NOT NULL,
            lease_token TEXT, reason TEXT, changed_at INTEGER NOT NULL,
            UNIQUE (queue, key));
        CREATE INDEX IF NOT EXISTS queue_entry_due ON queue_entry (queue, available_at, id) WHERE state IN (0, 1);
        CREATE INDEX IF NOT EXISTS queue_entry_order ON queue_entry (queue, order_key, id) WHERE state IN (0, 1) AND order_key IS NOT NULL;
        CREATE INDEX IF NOT EXISTS queue_entry_state ON queue_entry (queue, state, id);
        """;

    public const string FindHash = "SELECT payload_hash FROM queue_entry WHERE queue = $queue AND key = $key";

    public const string Insert = """
        INSERT INTO queue_entry (queue, key, payload_hash, payload, order_key, trace_parent, enqueued_at, key_expires_at, state, reason, available_at, changed_at)
        VALUES ($queue, $key, $hash, $payload, $order, $trace, $enqueued, $expires, $state, $reason, $now, $now)
        """;

    public const string Settle = "UPDATE queue_entry SET state = $state, reason = $reason, lease_token = NULL, changed_at = $now WHERE queue = $queue AND key = $key AND payload_hash = $hash AND state <> 2";

    /// <summary>Of those that share an order key only the oldest that is not carried out.</summary>
    public const string Claim = """
        UPDATE queue_entry SET state = 1, attempts = attempts + 1, lease_token = lower(hex(randomblob(16))), available_at = $until, changed_at = $now,
            reason = CASE WHEN state = 1 THEN 'lease-ran-out' END
        WHERE id IN (
            SELECT e.id FROM queue_entry e
            WHERE e.queue = $queue AND e.state IN (0, 1) AND e.available_at <= $now
              AND (e.order_key IS NULL OR NOT EXISTS (
                  SELECT 1 FROM queue_entry earlier
                  WHERE earlier.queue = e.queue AND earlier.order_key = e.order_key AND earlier.state IN (0, 1) AND earlier.id < e.id))
            ORDER BY e.available_at, e.id LIMIT $most)
        RETURNING key, payload_hash, payload, order_key, trace_parent, enqueued_at, key_expires_at, lease_token, attempts, reason IS NOT NULL
        """;

    public const string Renew = "UPDATE queue_entry SET available_at = $until WHERE queue = $queue AND key = $key AND state = 1 AND lease_token = $token";

    public const string End = """
        UPDATE queue_entry SET state = $state, available_at = $until, reason = $reason, attempts = attempts - $back, lease_token = NULL, changed_at = $now
        WHERE queue = $queue AND key = $key AND state = 1 AND lease_token = $token
        """;

    public const string Count = """
        SELECT coalesce(sum(state = 0), 0), coalesce(sum(state = 1), 0), coalesce(sum(state = 3), 0), coalesce(sum(state = 4), 0), min(CASE WHEN state = 0 THEN enqueued_at END)
        FROM queue_entry WHERE queue = $queue AND state <> 2
        """;

    public const string Find = Columns + " WHERE queue = $queue AND key = $key";

    public const string List = Columns + """
         WHERE queue = $queue AND state = $state
           AND id > coalesce((SELECT id FROM queue_entry WHERE queue = $queue AND key = $after), 0)
         ORDER BY id LIMIT $most
        """;

    public const string Park = """
        UPDATE queue_entry SET state = 3, reason = $reason, available_at = $now, lease_token = NULL, changed_at = $now
        WHERE queue = $queue AND key = $key AND state = 0
        """;

    public const string Replay = """
        UPDATE queue_entry SET state = 0, reason = 'replayed', available_at = $now, lease_token = NULL, changed_at = $now, attempts = 0,
            key_expires_at = CASE WHEN state = 4 THEN $expires ELSE key_expires_at END
        WHERE queue = $queue AND key = $key AND state IN (3, 4)
        """;

    public const string CountState = "SELECT count(*) FROM queue_entry WHERE queue = $queue AND state = $state";

    public const string Purge = "DELETE FROM queue_entry WHERE queue = $queue AND state = $state";

    public const string ForgetDone = "DELETE FROM queue_entry WHERE queue = $queue AND state = 2 AND changed_at < $before";

    private const string Columns = """
        SELECT key, payload_hash, payload, order_key, trace_parent, enqueued_at, key_expires_at, state, attempts, available_at, reason FROM queue_entry
        """;
}

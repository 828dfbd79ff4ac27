using Resilience.Fleet;
using Resilience.Redis.Connections;
using StackExchange.Redis;

namespace Resilience.Redis.Fleet;

/// <summary>
/// What replicas share, in two hashes: a record for each database, which does not expire, because a hold must not; and a note for each
/// replica. Notes of those that are gone are removed by the others; all are gone a week after the last replica. Thread-safe.
/// </summary>
internal sealed class RedisFleetStore(RedisConnection connection, string dependency, string prefix) : IFleetStore
{
    /// <summary>Far more replicas than any service has: whatever else is in there, nobody who reads it should have to read more.</summary>
    private const int MostNotes = 1000;

    /// <summary>Compare and set. Not a transaction with a condition: for that the client blocks a thread of its own while the server hangs.</summary>
    private const string Replace =
        """
        local there = redis.call('HGET', KEYS[1], ARGV[1])
        if (ARGV[2] == '1' and there == ARGV[3]) or (ARGV[2] == '0' and not there) then
            redis.call('HSET', KEYS[1], ARGV[1], ARGV[4])
            return 1
        end
        return 0
        """;

    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);
    private readonly RedisKey _records = prefix + "databases";
    private readonly RedisKey _notes = prefix + "replicas";

    public string Name => dependency;

    public string PlaceOf(string database) => $"field '{database}' of {_records} in Redis '{dependency}'";

    public async Task<IReadOnlyDictionary<string, byte[]>> ReadAsync(IReadOnlyList<string> databases, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        if (databases.Count == 0)
        {
            // Whether the server is there is an answer too.
            await CallAsync(redis => redis.PingAsync(), cancellationToken);
            return found;
        }

        // What a replica of the server says may be old: a hold that it does not know yet would be taken for none.
        var values = await CallAsync(redis => redis.HashGetAsync(_records, [.. databases.Select(name => (RedisValue)name)], CommandFlags.DemandMaster), cancellationToken);
        foreach (var (i, value) in values.Index())
        {
            if (!value.IsNull)
            {
                found[databases[i]] = ((byte[]?)value)!;
            }
        }

        return found;
    }

    public async Task<bool> TryReplaceAsync(string database, byte[]? expected, byte[] record, CancellationToken cancellationToken) => (int)await CallAsync(
        redis => redis.ScriptEvaluateAsync(Replace, [_records], [database, expected is null ? "0" : "1", expected ?? [], record]), cancellationToken) == 1;

    public Task PublishAsync(string replica, byte[] note, CancellationToken cancellationToken) => CallAsync(
        async redis =>
        {
            await Task.WhenAll(redis.HashSetAsync(_notes, replica, note), redis.KeyExpireAsync(_notes, Kept));
            return true;
        },
        cancellationToken);

    public async Task<IReadOnlyDictionary<string, byte[]>> NotesAsync(CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        if (await CallAsync(redis => redis.HashLengthAsync(_notes), cancellationToken) > MostNotes)
        {
            // Those that are alive are in there again within a second.
            await CallAsync(redis => redis.KeyDeleteAsync(_notes), cancellationToken);
            return found;
        }

        foreach (var entry in await CallAsync(redis => redis.HashGetAllAsync(_notes, CommandFlags.DemandMaster), cancellationToken))
        {
            found[(string)entry.Name!] = ((byte[]?)entry.Value)!;
        }

        return found;
    }

    public Task ForgetAsync(IReadOnlyList<string> replicas, CancellationToken cancellationToken) =>
        CallAsync(redis => redis.HashDeleteAsync(_notes, [.. replicas.Select(name => (RedisValue)name)]), cancellationToken);

    /// <exception cref="InvalidOperationException">The connection is down.</exception>
    private async Task<T> CallAsync<T>(Func<IDatabase, Task<T>> command, CancellationToken cancellationToken)
    {
        var multiplexer = connection.Current ?? await Bounded.WaitAsync(connection.GetAsync(), cancellationToken);
        if (!multiplexer.IsConnected)
        {
            throw new InvalidOperationException("it is not connected");
        }

        return await Bounded.WaitAsync(command(multiplexer.GetDatabase()), cancellationToken);
    }
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Resilience.Degradation.Fallbacks;
using Resilience.Internal;
using Resilience.Redis.Connections;
using StackExchange.Redis;

namespace Resilience.Redis.Fallbacks;

/// <summary>
/// Keeps the last good answers in Redis, for all replicas, and those of this one in memory besides. Keeping puts an answer
/// down and goes on; one writer in the background takes the latest of each key to the server, a few times a second. While
/// the server is not there they wait.
/// </summary>
internal sealed partial class RedisStaleStore : IStaleStore, IDisposable
{
    /// <summary>More keys than this wait only when the server is slow or away; what comes then is kept in memory alone.</summary>
    private const int MostWaiting = 1000;

    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<(string Fallback, string Key), IKeptAnswer> _waiting = new();
    private readonly ConcurrentDictionary<string, bool> _refused = new(StringComparer.Ordinal);
    private readonly MemoryStaleStore _memory;
    private readonly AnswerLink _link;
    private readonly AnswerFormat _format;
    private readonly RedisStaleStoreOptions _options;
    private readonly string _prefix;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private int _writing;
    private bool _disposed;

    public RedisStaleStore(RedisConnection connection, RedisStaleStoreOptions options, string prefix, TimeProvider time, ILogger logger)
    {
        _memory = new MemoryStaleStore(time);
        _link = new AnswerLink(connection, options.Timeout, time, logger);
        _format = new AnswerFormat(options.Json, options.MaxValueBytes);
        _options = options;
        _prefix = prefix;
        _time = time;
        _logger = logger;
    }

    public void Keep<T>(string fallback, string key, T value)
    {
        _memory.Keep(fallback, key, value);
        if (_waiting.Count >= MostWaiting && !_waiting.ContainsKey((fallback, key)))
        {
            AnswerMetrics.Count(fallback, "lost");
            return;
        }

        _waiting[(fallback, key)] = new KeptAnswer<T>(_time.GetUtcNow(), value);
        StartWriting();
    }

    public async ValueTask<FallbackAnswer<T>?> FindAsync<T>(string fallback, string key, CancellationToken cancellationToken)
    {
        var own = await _memory.FindAsync<T>(fallback, key, cancellationToken);
        var (_, bytes) = await _link.TryAsync(database => database.StringGetAsync(RedisKeyOf(fallback, key)), cancellationToken);
        if (bytes.IsNull || _format.Read<T>(((byte[]?)bytes)!) is not { } stored)
        {
            return own;
        }

        // Clocks of replicas differ; an answer is never younger than just now.
        var age = _time.GetUtcNow() - stored.At;
        age = age < TimeSpan.Zero ? TimeSpan.Zero : age;
        return own is { } mine && mine.Age <= age ? mine : new FallbackAnswer<T>(stored.Value, age);
    }

    public void Dispose() => Volatile.Write(ref _disposed, true);

    private void StartWriting()
    {
        if (!Volatile.Read(ref _disposed) && Interlocked.Exchange(ref _writing, 1) == 0)
        {
            // Not with the ambient values of the call that happens to be the first.
            using (ExecutionContext.SuppressFlow())
            {
                _ = Task.Run(WriteAsync);
            }
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            await Task.Delay(await WriteAllAsync() ? Gathering : Away, _time);
        }
#pragma warning disable CA1031 // The next answer starts the writer anew.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Guarded.Run(() => LogFailed(_logger, exception));
        }

        Volatile.Write(ref _writing, 0);
        if (!_waiting.IsEmpty)
        {
            StartWriting();
        }
    }

    /// <returns>False when the server is not there; what is left waits.</returns>
    private async Task<bool> WriteAllAsync()
    {
        foreach (var (key, _) in _waiting)
        {
            if (!_waiting.TryRemove(key, out var answer) || Format(key.Fallback, answer) is not { } bytes)
            {
                continue;
            }

            var (result, _) = await _link.TryAsync(
                database => database.StringSetAsync(RedisKeyOf(key.Fallback, key.Key), bytes, (TimeSpan?)_options.Expiry, When.Always, CommandFlags.None), CancellationToken.None);
            if (result == LinkResult.Unavailable)
            {
                // Unless a later one has come meanwhile.
                _waiting.TryAdd(key, answer);
                return false;
            }

            AnswerMetrics.Count(key.Fallback, result == LinkResult.Done ? "kept" : "lost");
        }

        return true;
    }

    private byte[]? Format(string fallback, IKeptAnswer answer)
    {
        byte[]? bytes;
        try
        {
            bytes = answer.Write(_format);
        }
#pragma warning disable CA1031 // Converters and getters are other people's code.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (_refused.TryAdd(fallback, true))
            {
                Guarded.Run(() => LogUnwritable(_logger, fallback, exception.GetType().Name));
            }

            AnswerMetrics.Count(fallback, "unwritable");
            return null;
        }

        if (bytes is null)
        {
            if (_refused.TryAdd(fallback, true))
            {
                Guarded.Run(() => LogTooLarge(_logger, fallback, _options.MaxValueBytes));
            }

            AnswerMetrics.Count(fallback, "too-large");
        }

        return bytes;
    }

    private string RedisKeyOf(string fallback, string key) => $"{_prefix}{fallback}:{key}";

    [LoggerMessage(1502, LogLevel.Error, "Keeping answers of fallbacks in Redis failed in a way that was not foreseen; it goes on")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(1503, LogLevel.Warning, "An answer for the fallback '{Fallback}' cannot be written as JSON ({Reason}) and is kept in this process only. Said once")]
    private static partial void LogUnwritable(ILogger logger, string fallback, string reason);

    [LoggerMessage(1504, LogLevel.Warning, "An answer for the fallback '{Fallback}' has more than {Limit} bytes and is kept in this process only (MaxValueBytes). Said once")]
    private static partial void LogTooLarge(ILogger logger, string fallback, int limit);
}

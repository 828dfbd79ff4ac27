using Microsoft.Extensions.Logging;
using Resilience.Internal;
using Resilience.Redis.Connections;
using StackExchange.Redis;

namespace Resilience.Redis.Fallbacks;

/// <summary>
/// Commands to a server that may hang: each has a bound, and after one that was not answered in time none is tried for a
/// moment, so that a server that hangs costs each caller nothing instead of the bound. Never fails for the server. Thread-safe.
/// </summary>
internal sealed partial class AnswerLink(RedisConnection connection, TimeSpan timeout, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);
    private readonly MonotonicClock _clock = new(time);
    private long _restsUntil;
    private int _down;

    /// <returns>What the server answered; the default when it did not.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async ValueTask<(LinkResult Result, T? Answer)> TryAsync<T>(Func<IDatabase, Task<T>> command, CancellationToken cancellationToken)
    {
        if (connection.Current is not { } multiplexer)
        {
            Connect();
            return Failed();
        }

        if (!multiplexer.IsConnected || _clock.Now.Ticks < Volatile.Read(ref _restsUntil))
        {
            return Failed();
        }

        try
        {
            var answer = await Bounded.WaitAsync(command(multiplexer.GetDatabase()), timeout, time, cancellationToken);
            if (Interlocked.Exchange(ref _down, 0) != 0)
            {
                Guarded.Run(() => LogBack(logger));
            }

            return (LinkResult.Done, answer);
        }
        catch (TimeoutException)
        {
            Volatile.Write(ref _restsUntil, (_clock.Now + Rest).Ticks);
            return Failed();
        }
        catch (Exception exception) when (exception is RedisServerException or RedisCommandException)
        {
            return (LinkResult.Refused, default);
        }
        catch (Exception exception) when (exception is RedisException or ObjectDisposedException)
        {
            return Failed();
        }

        (LinkResult, T?) Failed()
        {
            if (Interlocked.Exchange(ref _down, 1) == 0)
            {
                Guarded.Run(() => LogDown(logger));
            }

            return (LinkResult.Unavailable, default);
        }
    }

    private void Connect()
    {
        try
        {
            _ = connection.GetAsync();
        }
        catch (ObjectDisposedException)
        {
            // The application stops.
        }
    }

    [LoggerMessage(1500, LogLevel.Warning, "Redis does not take answers of fallbacks; each replica has only its own")]
    private static partial void LogDown(ILogger logger);

    [LoggerMessage(1501, LogLevel.Information, "Redis takes answers of fallbacks again")]
    private static partial void LogBack(ILogger logger);
}

using Resilience.Internal;
using StackExchange.Redis;

namespace Resilience.Redis.Connections;

/// <summary>
/// The one multiplexer of a dependency, made in the background and only once: after that it connects again by itself. Thread-safe.
/// </summary>
internal sealed class RedisConnection : IDisposable
{
    private readonly Func<Task<IConnectionMultiplexer>> _connect;
    private readonly bool _owns;
    private readonly Lock _lock = new();
    private Task<IConnectionMultiplexer>? _connected;
    private bool _disposed;

    private RedisConnection(Func<Task<IConnectionMultiplexer>> connect, bool owns)
    {
        _connect = connect;
        _owns = owns;
    }

    /// <summary>One that is made here, and closed here.</summary>
    public static RedisConnection To(ConfigurationOptions options) =>
        new(async () => await ConnectionMultiplexer.ConnectAsync(options), owns: true);

    /// <summary>The application's own.</summary>
    public static RedisConnection Of(Func<IConnectionMultiplexer> multiplexer) => new(() => Task.FromResult(multiplexer()), owns: false);

    /// <summary>The multiplexer. It may not be connected yet, or no longer; a try that brought none is followed by another.</summary>
    public Task<IConnectionMultiplexer> GetAsync()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_connected is null || _connected.IsFaulted || _connected.IsCanceled)
            {
                // Off the caller's thread: names are resolved and sockets opened before the first await.
                _connected = Task.Run(_connect);
            }

            return _connected;
        }
    }

    /// <summary>The multiplexer when it is there already.</summary>
    public IConnectionMultiplexer? Current
    {
        get
        {
            lock (_lock)
            {
                return !_disposed && _connected is { IsCompletedSuccessfully: true } connected ? Made(connected) : null;
            }
        }
    }

    public void Dispose()
    {
        Task<IConnectionMultiplexer>? connected;
        lock (_lock)
        {
            _disposed = true;
            connected = _connected;
        }

        if (_owns && connected is not null)
        {
            // Also when it comes only now. What was sent is not waited for: a server that hangs would hold up the stop.
            _ = connected.ContinueWith(
                static made => Guarded.Run(() => Made(made).Close(allowCommandsToComplete: false)),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion,
                TaskScheduler.Default);
        }
    }

#pragma warning disable VSTHRD002 // It is completed.
    private static IConnectionMultiplexer Made(Task<IConnectionMultiplexer> connected) => connected.Result;
#pragma warning restore VSTHRD002
}

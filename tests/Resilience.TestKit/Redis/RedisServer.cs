using System.Diagnostics;
using System.Globalization;
using Resilience.TestKit.Processes;
using Resilience.TestKit.Redis;

namespace Resilience.TestKit;

/// <summary>A Redis server that the test started. It keeps nothing on disk: a restart is empty.</summary>
/// <remarks>
/// Members are for one caller at a time. The server and its directory are in the run's list: when this process is killed, the next
/// run ends and removes them, a server that hangs too (<see cref="Leftovers"/>).
/// </remarks>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly RedisServerOptions _options;
    private readonly string _home;
    private readonly string _log;
    private Process? _process;
    private ProcessIdentity _identity;

    private RedisServer(RedisServerOptions options)
    {
        _options = options;
        _home = RunDirectory.CreateDirectory("redis");
        _log = Path.Combine(_home, "server.log");
        Port = FreePort.Reserve();
    }

    /// <summary>The loopback address.</summary>
    public string Host => _options.Host;

    /// <summary>The TCP port; it stays the same over restarts.</summary>
    public int Port { get; }

    /// <summary>"host:port", as Redis clients take it.</summary>
    public string Endpoint => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    /// <summary>Whether the process exists; true for a server that hangs.</summary>
    public bool IsRunning => _process is not null && _identity.IsAlive;

    /// <summary>Starts a new server; returns when it answers PING.</summary>
    /// <param name="options">Address and settings; the defaults when null.</param>
    /// <param name="ct">Gives up and ends what was started.</param>
    /// <returns>The running server; disposing of it ends it.</returns>
    /// <exception cref="MissingCapabilityException">Redis is not installed.</exception>
    public static async Task<RedisServer> StartNewAsync(RedisServerOptions? options = null, CancellationToken ct = default)
    {
        TestKitLifetime.Enter();
        RequireInstalled();
        var server = new RedisServer(options ?? new RedisServerOptions());
        try
        {
            await server.StartAsync(ct);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a killed server again on the same port, empty; returns when it answers PING.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>A task.</returns>
    /// <exception cref="InvalidOperationException">It is running, or it ended while starting.</exception>
    public async Task StartAsync(CancellationToken ct = default)
    {
        if (IsRunning)
        {
            throw new InvalidOperationException($"Redis on {Endpoint} is running already.");
        }

        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["bind"] = Host,
            ["port"] = Port.ToString(CultureInfo.InvariantCulture),
            ["save"] = "",
            ["appendonly"] = "no",
            ["dir"] = _home,
        };
        foreach (var (name, value) in _options.Settings)
        {
            settings[name] = value;
        }

        _process?.Dispose();
        _process = Command.StartDetached(
            ["redis-server", .. settings.SelectMany(s => new[] { "--" + s.Key, s.Value })], _home, _log, environment: null);
        _identity = ProcessIdentity.Of(_process.Id) ?? throw new InvalidOperationException($"Redis ended at once. {LogTail()}");
        RunDirectory.Add(_identity);
        await Eventually.UntilAsync(
            token => IsRunning
                ? RedisPing.TryAsync(Host, Port, token)
                : throw new InvalidOperationException($"Redis ended while starting. {LogTail()}"),
            () => $"Redis on {Endpoint} does not answer. {LogTail()}", ct);
    }

    /// <summary>Whether it answers PING now.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>False when it does not, or not within a second.</returns>
    public Task<bool> AnswersAsync(CancellationToken ct = default) => RedisPing.TryAsync(Host, Port, ct);

    /// <summary>How many keys it has that begin with a prefix.</summary>
    /// <param name="prefix">Letters, digits, colons and the like: no blanks, quotes or wildcards.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The number; null when it does not answer within a second.</returns>
    public Task<int?> CountKeysAsync(string prefix, CancellationToken ct = default) => RedisPing.TryCountKeysAsync(Host, Port, prefix, ct);

    /// <summary>Ends the server with SIGKILL; returns when the port refuses connections.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>A task.</returns>
    public async Task KillAsync(CancellationToken ct = default)
    {
        if (_process is not null)
        {
            await ProcessTree.WaitUntilGoneAsync(ProcessTree.Kill(_identity), ct);
            RunDirectory.Remove(_identity);
        }

        await Tcp.WaitUntilRefusedAsync(Host, Port, ct);
    }

    /// <summary>Stops the process where it is: connecting still succeeds, no command is answered.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>A task.</returns>
    public Task HangAsync(CancellationToken ct = default) => ProcessTree.StopAsync(Running, ct);

    /// <summary>Undoes <see cref="HangAsync"/>; what clients sent meanwhile is executed now.</summary>
    /// <returns>A task.</returns>
    public Task ResumeAsync()
    {
        ProcessTree.Continue(Running, except: null);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync(CancellationToken.None);
        _process?.Dispose();
        RunDirectory.RemoveDirectory(_home);
    }

    private static void RequireInstalled()
    {
        if (Executable.DirectoryOf("redis-server") is null)
        {
            throw new MissingCapabilityException("Redis is not installed; install it with: apt-get install -y redis-server");
        }
    }

    private ProcessIdentity Running => IsRunning ? _identity : throw new InvalidOperationException($"Redis on {Endpoint} is not running.");

    private string LogTail() => LogFile.Tail(_log);
}

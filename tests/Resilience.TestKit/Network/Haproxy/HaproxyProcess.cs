using System.Diagnostics;
using Resilience.TestKit.Network;
using Resilience.TestKit.Processes;

namespace Resilience.TestKit;

/// <summary>An HAProxy that the test started: the balancer before a service, or the sidecar beside one.</summary>
/// <remarks>
/// Members are for one caller at a time. Its process and directory are in the run's list: when this process is killed, the next
/// run ends and removes them (<see cref="Leftovers"/>).
/// </remarks>
public sealed class HaproxyProcess : IAsyncDisposable
{
    private readonly HaproxyOptions _options;
    private readonly Dictionary<string, int> _ports;
    private readonly string _home;
    private readonly string _log;
    private readonly string _socket;
    private Process? _process;
    private ProcessIdentity _identity;

    private HaproxyProcess(HaproxyOptions options)
    {
        _options = options;
        _ports = options.Listeners.ToDictionary(l => l.Name, l => l.Port ?? FreePort.Reserve(), StringComparer.Ordinal);
        _home = RunDirectory.CreateDirectory("haproxy");
        _log = Path.Combine(_home, "haproxy.log");
        _socket = Path.Combine(_home, "state");
    }

    /// <summary>What is missing to run HAProxy, and the way out; null when nothing is.</summary>
    public static string? Missing => Executable.DirectoryOf("haproxy") is null ? "'haproxy' is not installed; install it with: apt-get install -y haproxy" : null;

    /// <summary>Whether the process exists; true for one that hangs.</summary>
    public bool IsRunning => _process is not null && _identity.IsAlive;

    /// <summary>What it logged so far: servers that went down or came back, and why.</summary>
    public string Log => File.Exists(_log) ? File.ReadAllText(_log) : "";

    /// <summary>Starts HAProxy; returns when it listens.</summary>
    /// <param name="options">Where it listens and what is behind.</param>
    /// <param name="ct">Gives up and ends what was started.</param>
    /// <returns>The running process; disposing of it kills it.</returns>
    /// <exception cref="MissingCapabilityException">HAProxy is not installed.</exception>
    /// <exception cref="ArgumentException">A value of the options is out of its range.</exception>
    public static async Task<HaproxyProcess> StartAsync(HaproxyOptions options, CancellationToken ct = default)
    {
        HaproxyConfiguration.Validate(options);
        if (Missing is { } missing)
        {
            throw new MissingCapabilityException(missing);
        }

        TestKitLifetime.Enter();
        var haproxy = new HaproxyProcess(options);
        try
        {
            await haproxy.RunAsync(ct);
            return haproxy;
        }
        catch
        {
            await haproxy.DisposeAsync();
            throw;
        }
    }

    /// <summary>The port of a listener; it stays the same over restarts.</summary>
    /// <param name="listener">Its name; the only one's when null.</param>
    /// <returns>The port.</returns>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public int PortOf(string? listener = null) => listener is null ? _ports.Values.Single() : _ports[listener];

    /// <summary>How its servers are, in its own eyes.</summary>
    /// <param name="ct">Ends the call.</param>
    /// <returns>The servers of all listeners.</returns>
    /// <exception cref="IOException">It did not answer within 5 s.</exception>
    public Task<IReadOnlyList<HaproxyServerState>> ServersAsync(CancellationToken ct = default) => HaproxySocket.ServersAsync(_socket, ct);

    /// <summary>Waits until it gives a server requests, or none any more.</summary>
    /// <param name="server">The server's name, in every listener that has it.</param>
    /// <param name="isUp">What to wait for.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>A task.</returns>
    /// <exception cref="TimeoutException">It is not so after 30 s.</exception>
    public Task WaitUntilAsync(string server, bool isUp, CancellationToken ct = default) =>
        Eventually.UntilAsync(
            async token => (await ServersAsync(token)).Where(s => s.Server == server).ToList() is { Count: > 0 } states && states.TrueForAll(s => s.IsUp == isUp),
            () => $"'{_options.Name}' does not see '{server}' {(isUp ? "up" : "down")}. {LogFile.Tail(_log)}", ct);

    /// <summary>Ends it with SIGKILL; returns when its ports refuse connections. Every connection through it breaks.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>A task.</returns>
    public async Task KillAsync(CancellationToken ct = default)
    {
        if (_process is not null)
        {
            await ProcessTree.WaitUntilGoneAsync(ProcessTree.Kill(_identity), ct);
            RunDirectory.Remove(_identity);
        }

        foreach (var listener in _options.Listeners)
        {
            await Tcp.WaitUntilRefusedAsync(listener.Host, _ports[listener.Name], ct);
        }
    }

    /// <summary>Ends it softly: it listens no more and ends once its connections have; returns when it has.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>A task.</returns>
    /// <exception cref="TimeoutException">It still runs after 40 s; it breaks what is left after 30.</exception>
    public async Task StopAsync(CancellationToken ct = default)
    {
        if (_process is not null && _identity.TrySend(Signal.User1))
        {
            await Eventually.UntilAsync(() => !_identity.IsAlive, () => $"'{_options.Name}' did not end. {LogFile.Tail(_log)}", ct, TimeSpan.FromSeconds(40));
            RunDirectory.Remove(_identity);
        }
    }

    /// <summary>Starts it again on the same ports, after killing it if it still runs; returns when it listens.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>A task.</returns>
    public async Task RestartAsync(CancellationToken ct = default)
    {
        await KillAsync(ct);
        await RunAsync(ct);
    }

    /// <summary>Stops the process where it is: connecting still succeeds, nothing passes.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>A task.</returns>
    public Task HangAsync(CancellationToken ct = default) => ProcessTree.StopAsync(Running, ct);

    /// <summary>Undoes <see cref="HangAsync"/>.</summary>
    public void Resume() => ProcessTree.Continue(Running, except: null);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (IsRunning)
        {
            await KillAsync(CancellationToken.None);
        }

        _process?.Dispose();
        _process = null;
        RunDirectory.RemoveDirectory(_home);
    }

    private ProcessIdentity Running => IsRunning ? _identity : throw new InvalidOperationException($"'{_options.Name}' is not running.");

    private async Task RunAsync(CancellationToken ct)
    {
        var file = Path.Combine(_home, "haproxy.cfg");
        await File.WriteAllTextAsync(file, HaproxyConfiguration.Write(_options, _ports, _socket), ct);
        // It says on that socket how it is only once it listens everywhere.
        File.Delete(_socket);
        _process?.Dispose();
        _process = Command.StartDetached(["haproxy", "-db", "-f", file], _home, _log, environment: null);
        _identity = ProcessIdentity.Of(_process.Id) ?? throw new InvalidOperationException($"'{_options.Name}' ended at once. {LogFile.Tail(_log)}");
        RunDirectory.Add(_identity);
        await Eventually.UntilAsync(
            async token =>
            {
                if (!IsRunning)
                {
                    throw new InvalidOperationException($"'{_options.Name}' ended while starting. {LogFile.Tail(_log)}");
                }

                try
                {
                    await ServersAsync(token);
                    return true;
                }
                catch (IOException)
                {
                    return false;
                }
            },
            () => $"'{_options.Name}' does not answer. {LogFile.Tail(_log)}", ct);
    }
}

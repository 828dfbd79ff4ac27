using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Resilience.TestKit.Network;

namespace Resilience.TestKit;

/// <summary>
/// A TCP proxy in this process that does to the connections through it what toxics say: they may be added and removed while
/// it runs, and hit the connections that are there like new ones.
/// </summary>
/// <remarks>
/// What it does ends with this process, however that ends: its sockets are closed, and so are the connections. Each direction of
/// a connection holds at most 4 MiB and then reads no more, so its sender waits. A client is connected before the
/// server is; where the server cannot be reached the client gets a reset. Safe for concurrent use.
/// </remarks>
public sealed class ToxicProxy : IAsyncDisposable
{
    private const int MostConnections = 2_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<ProxyConnection, Task> _connections = new();
    private readonly ProxySettings _settings;
    private readonly ProxyListener _listener;
    private int _accepted;
    private volatile bool _disposed;

    private ToxicProxy(IPEndPoint address, ProxySettings settings)
    {
        Host = address.Address.ToString();
        _settings = settings;
        _listener = new ProxyListener(address, Accept);
    }

    /// <summary>The address on which it listens.</summary>
    public string Host { get; }

    /// <summary>The port on which it listens; it stays the same.</summary>
    public int Port => _listener.Port;

    /// <summary>"host:port", as clients take it.</summary>
    public string Endpoint => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    /// <summary>How many connections have been accepted so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>How many connections there are now.</summary>
    public int Connections => _connections.Count;

    /// <summary>Starts to listen.</summary>
    /// <param name="host">The address to listen on, for instance 127.0.0.1.</param>
    /// <param name="port">The port to listen on; 0 takes one of the system's, which a client may take while this one refuses: better <see cref="FreePort"/>.</param>
    /// <param name="upstreamHost">The server's address or name; names are looked up for each connection.</param>
    /// <param name="upstreamPort">The server's port.</param>
    /// <param name="time">The clock; the system's when null.</param>
    /// <param name="seed">Decides which connections a toxic hits and how their jitter goes; the same in each run with the same seed.</param>
    /// <returns>The proxy; disposing of it ends every connection.</returns>
    /// <exception cref="FormatException">The host is not an address.</exception>
    /// <exception cref="SocketException">The port is taken.</exception>
    public static ToxicProxy Start(string host, int port, string upstreamHost, int upstreamPort, TimeProvider? time = null, int seed = 1)
    {
        var clock = time ?? TimeProvider.System;
        return new ToxicProxy(new IPEndPoint(IPAddress.Parse(host), port), new ProxySettings(upstreamHost, upstreamPort, new ToxicBoard(seed, clock), clock, seed));
    }

    /// <summary>Does this to the connections from now on.</summary>
    /// <param name="toxic">What to do, and to which of them.</param>
    /// <returns>Disposing of it removes the toxic.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value of the toxic is out of its range.</exception>
    public IDisposable Add(Toxic toxic) => _settings.Board.Add(toxic);

    /// <summary>Refuses new connections, as a host does on which nothing listens; those that are there go on.</summary>
    /// <returns>Disposing of it lets clients connect again.</returns>
    public IDisposable Refuse() => _listener.Refuse();

    /// <summary>Lets clients connect and answers them nothing, as a server that hangs; once 512 wait, connecting hangs too.</summary>
    /// <returns>Disposing of it serves those who still wait.</returns>
    public IDisposable StopAccepting() => _listener.StopAccepting();

    /// <summary>Ends every connection with a TCP reset, once.</summary>
    public void ResetAll()
    {
        foreach (var connection in _connections.Keys)
        {
            connection.End(ToxicDirection.Both);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        _ = _listener.Refuse();
        foreach (var connection in _connections.Keys)
        {
            connection.End(reset: null);
        }

        await Task.WhenAll(_connections.Values).WaitAsync(Patience, TimeProvider.System);
    }

    private void Accept(Socket client)
    {
        var connection = new ProxyConnection(Interlocked.Increment(ref _accepted), client, _settings);
        _connections[connection] = Task.CompletedTask;
        if (_disposed || _connections.Count > MostConnections)
        {
            connection.End(ToxicDirection.Both);
        }

        _connections.TryUpdate(connection, RunAsync(connection), Task.CompletedTask);
    }

    private async Task RunAsync(ProxyConnection connection)
    {
        await connection.RunAsync();
        _connections.TryRemove(connection, out _);
    }
}

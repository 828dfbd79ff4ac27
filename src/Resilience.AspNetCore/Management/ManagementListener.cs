using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Resilience.Internal;

namespace Resilience.AspNetCore.Management;

/// <summary>
/// A small HTTP listener on a thread of its own. It answers probes when the thread pool, and with it the application's own
/// listener, does not: nothing it does waits for anybody. Bounded in connections, bytes and time; when it is full the
/// oldest connection makes room, so idle ones cannot keep the kubelet out.
/// </summary>
/// <remarks>HTTP/1.1 without TLS, GET and HEAD, one request a connection: what probes need and nothing else.</remarks>
internal sealed partial class ManagementListener : IDisposable
{
    public const int MostConnections = 128;
    private const int LongestWaitMicroseconds = 100_000;
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly Func<ManagementRequest, ManagementAnswer> _answer;
    private readonly MonotonicClock _clock;
    private readonly ILogger _logger;
    private readonly Socket _listener;
    private readonly List<ManagementConnection> _connections = [];
    private readonly List<Socket> _readable = [];
    private readonly List<Socket> _writable = [];
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _stop = new();
    private bool _failing;

    /// <param name="address">Where to listen.</param>
    /// <param name="answer">Called on the listener's thread; must not wait.</param>
    /// <param name="clock">Ends connections.</param>
    /// <param name="logger">Told of failures.</param>
    /// <exception cref="SocketException">The address cannot be listened on.</exception>
    public ManagementListener(IPEndPoint address, Func<ManagementRequest, ManagementAnswer> answer, MonotonicClock clock, ILogger logger)
    {
        _answer = answer;
        _clock = clock;
        _logger = logger;
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                _listener.DualMode = true;
            }

            _listener.Bind(address);
            _listener.Listen(MostConnections);
            _listener.Blocking = false;
        }
        catch
        {
            _listener.Dispose();
            throw;
        }

        _thread = new Thread(Run) { Name = "dr-management", IsBackground = true, Priority = ThreadPriority.AboveNormal };
        _thread.Start();
    }

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    public void Dispose()
    {
        _stop.Set();
        var ended = _thread.Join(LongestStop);
        _listener.Dispose();
        if (ended)
        {
            _stop.Dispose();
        }
    }

    private void Run()
    {
        while (!_stop.IsSet)
        {
            try
            {
                Round();
                _failing = false;
            }
#pragma warning disable CA1031 // The loop survives every round.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                if (!_failing)
                {
                    Guarded.Run(() => LogFailed(_logger, exception));
                }

                _failing = true;
                CloseAll();
                _stop.Wait(Pause);
            }
        }

        CloseAll();
    }

    private void Round()
    {
        _readable.Clear();
        _writable.Clear();
        _readable.Add(_listener);
        foreach (var connection in _connections)
        {
            (connection.IsSending ? _writable : _readable).Add(connection.Socket);
        }

        Socket.Select(_readable, _writable, null, LongestWaitMicroseconds);
        var now = _clock.Now;
        for (var i = _connections.Count - 1; i >= 0; i--)
        {
            var connection = _connections[i];
            var stays = now - connection.OpenedAt < ManagementConnection.Longest
                && (!_readable.Contains(connection.Socket) || connection.Receive(_answer))
                && (!_writable.Contains(connection.Socket) || connection.Send());
            if (!stays)
            {
                connection.Dispose();
                _connections.RemoveAt(i);
            }
        }

        if (_readable.Contains(_listener))
        {
            Accept(now);
        }
    }

    private void Accept(TimeSpan now)
    {
        // A few at a time, so that those who are connected are served in between.
        for (var i = 0; i < 16; i++)
        {
            Socket socket;
            try
            {
                socket = _listener.Accept();
            }
            catch (SocketException exception)
            {
                // None left, or no descriptor for it; the wait keeps the latter from turning round and round.
                if (exception.SocketErrorCode != SocketError.WouldBlock)
                {
                    _stop.Wait(Pause);
                }

                return;
            }

            socket.Blocking = false;
            socket.NoDelay = true;
            if (_connections.Count >= MostConnections)
            {
                _connections[0].Dispose();
                _connections.RemoveAt(0);
            }

            _connections.Add(new ManagementConnection(socket, now));
        }
    }

    private void CloseAll()
    {
        _connections.ForEach(connection => connection.Dispose());
        _connections.Clear();
    }

    [LoggerMessage(1420, LogLevel.Error, "The management listener failed and goes on")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}

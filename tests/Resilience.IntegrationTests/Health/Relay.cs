using System.Net;
using System.Net.Sockets;

namespace Resilience.IntegrationTests.Health;

/// <summary>Passes bytes on to a server until they vanish: then nothing arrives any more, nothing is closed, and nobody connects.</summary>
internal sealed class Relay : IDisposable
{
    private const int Backlog = 8;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private CancellationTokenSource _vanished = new();
    private readonly List<Socket> _sockets = [];
    private readonly IPEndPoint _server;

    public Relay(IPEndPoint server)
    {
        _server = server;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(Backlog);
        _ = AcceptAsync();
    }

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>From now on. A listener that accepts nobody and whose queue is full answers no SYN.</summary>
    public void Vanish()
    {
        _vanished.Cancel();
        for (var i = 0; i < 4 * Backlog; i++)
        {
            var filler = Keep(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false });
            try
            {
                filler.Connect(Address);
            }
            catch (SocketException)
            {
                // Under way, for ever.
            }
        }
    }

    /// <summary>Passes on again what connects from now on; what was connected is broken.</summary>
    public void Return()
    {
        lock (_sockets)
        {
            _sockets.ForEach(socket => socket.Dispose());
            _sockets.Clear();
        }

        _vanished = new CancellationTokenSource();
        _ = AcceptAsync();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        lock (_sockets)
        {
            _sockets.ForEach(socket => socket.Dispose());
        }
    }

    private async Task AcceptAsync()
    {
        var vanished = _vanished.Token;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, vanished);
        try
        {
            while (true)
            {
                var client = Keep(await _listener.AcceptAsync(enough.Token));
                var server = Keep(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
                client.NoDelay = true;
                await server.ConnectAsync(_server, enough.Token);
                _ = PassAsync(client, server, vanished);
                _ = PassAsync(server, client, vanished);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // Over, one way or the other.
        }
    }

    private async Task PassAsync(Socket from, Socket to, CancellationToken vanished)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _stop.Token) is var count and > 0)
            {
                if (!vanished.IsCancellationRequested)
                {
                    await to.SendAsync(buffer.AsMemory(0, count), _stop.Token);
                }
            }

            if (!vanished.IsCancellationRequested)
            {
                to.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // Over, one way or the other.
        }
    }

    private Socket Keep(Socket socket)
    {
        lock (_sockets)
        {
            _sockets.Add(socket);
        }

        return socket;
    }
}

using System.Net;
using System.Net.Sockets;

namespace Resilience.TestKit.Network;

/// <summary>Where clients connect: it listens unless somebody refuses, and accepts unless somebody holds that up.</summary>
internal sealed class ProxyListener
{
    private const int Backlog = 512;

    private readonly Lock _gate = new();
    private readonly Action<Socket> _accepted;
    private readonly List<Socket> _held = [];
    private IPEndPoint _address;
    private Socket? _socket;
    private CancellationTokenSource? _accepting;
    private int _refusals;
    private int _stops;

    public ProxyListener(IPEndPoint address, Action<Socket> accepted)
    {
        _address = address;
        _accepted = accepted;
        lock (_gate)
        {
            Apply_NeedsLock();
        }
    }

    public int Port => _address.Port;

    /// <summary>Until disposed.</summary>
    public IDisposable Refuse() => Begin(() => _refusals++, () => _refusals--);

    /// <summary>Until disposed.</summary>
    public IDisposable StopAccepting() => Begin(() => _stops++, () => _stops--);

    private Undo Begin(Action begin, Action end)
    {
        Change(begin);
        return new Undo(() => Change(end));
    }

    private void Change(Action change)
    {
        Socket[] released;
        lock (_gate)
        {
            change();
            Apply_NeedsLock();
            released = TakeReleased_NeedsLock();
        }

        foreach (var client in released)
        {
            _accepted(client);
        }
    }

    private void Apply_NeedsLock()
    {
        if (_refusals > 0 || _stops > 0)
        {
            // Elsewhere, because what waits must not go on under this lock.
            _ = _accepting?.CancelAsync();
            _accepting = null;
        }

        if (_refusals > 0)
        {
            _socket?.Dispose();
            _socket = null;
            return;
        }

        _socket ??= Listen();
        if (_stops == 0 && _accepting is null)
        {
            _accepting = new CancellationTokenSource();
            _ = AcceptAsync(_socket, _accepting.Token);
        }
    }

    private Socket[] TakeReleased_NeedsLock()
    {
        if (_refusals > 0)
        {
            _held.ForEach(client => client.Dispose());
            _held.Clear();
        }

        if (_stops > 0)
        {
            return [];
        }

        Socket[] released = [.. _held];
        _held.Clear();
        return released;
    }

    private Socket Listen()
    {
        var socket = new Socket(_address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(_address);
            socket.Listen(Backlog);
            _address = (IPEndPoint)socket.LocalEndPoint!;
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task AcceptAsync(Socket socket, CancellationToken stopped)
    {
        // Outside the lock that its caller holds.
        await Task.Yield();
        while (!stopped.IsCancellationRequested)
        {
            try
            {
                ServeOrHold(await socket.AcceptAsync(stopped));
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // The client went away again, or the socket was closed, which the next turn sees.
            }
        }
    }

    /// <summary>An accept that was under way when it was to stop may still take a client, which then waits like those behind it.</summary>
    private void ServeOrHold(Socket client)
    {
        lock (_gate)
        {
            if (_refusals > 0)
            {
                client.Dispose();
                return;
            }

            if (_stops > 0)
            {
                _held.Add(client);
                return;
            }
        }

        _accepted(client);
    }
}

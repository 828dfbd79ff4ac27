using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Resilience.IntegrationTests.TestKit.Network;

/// <summary>Sends back what it gets, and remembers it.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _clients = [];
    private readonly Task _accepting;
    private long _received;

    public EchoServer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public long Received => Volatile.Read(ref _received);

    /// <summary>How many bytes each read gave.</summary>
    public ConcurrentQueue<int> Reads { get; } = new();

    /// <summary>How connections ended; null for an ordinary end.</summary>
    public ConcurrentQueue<SocketError?> Ends { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        await Task.WhenAll(_clients);
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _clients.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using (client)
        {
            client.NoDelay = true;
            var buffer = new byte[64 * 1024];
            try
            {
                while (await client.ReceiveAsync(buffer, _stop.Token) is var count and > 0)
                {
                    Interlocked.Add(ref _received, count);
                    Reads.Enqueue(count);
                    await client.SendAsync(buffer.AsMemory(0, count), _stop.Token);
                }

                Ends.Enqueue(null);
            }
            catch (SocketException e)
            {
                Ends.Enqueue(e.SocketErrorCode);
            }
            catch (OperationCanceledException)
            {
                // Stopped.
            }
        }
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Resilience.IntegrationTests.Health;

/// <summary>Clients that mean no good: long paths, bad methods, forged hosts, rubbish, slow bytes, connections left open or reset.</summary>
internal sealed class MalformedRequests(IPEndPoint address, int seed) : IDisposable
{
    private const int MostOpen = 100;
    private const int Patience = 5000;
    private static readonly string[] Paths =
        ["/health/../health", "/health/ready/", "/HEALTH/READY", "//health", "/health%2Fready", "/health/ready/x", "/health;x", "/health?format=../../etc/passwd", "/%00", "/\\health", "*", "http://evil/health", "/health\u007F"];

    private static readonly string[] Methods = ["POST", "PUT", "DELETE", "TRACE", "CONNECT", "OPTIONS", "get", "G ET", "", "PRI", "GET\0", "EVIL"];
    private readonly Random _random = new(seed);
    private readonly Queue<Socket> _open = new();

    /// <summary>Every answer, whole.</summary>
    public List<string> Answers { get; } = [];

    /// <summary>From a thread of its own: one of the pool would be missed by the application.</summary>
    public Task SendAsync(int count) => Task.Factory.StartNew(() => Send(count), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Send(int count)
    {
        for (var i = 0; i < count; i++)
        {
            try
            {
                SendOne();
            }
            catch (SocketException)
            {
                // Closed while it was sent: that is an answer, too.
            }
        }
    }

    public void Dispose()
    {
        while (_open.TryDequeue(out var socket))
        {
            socket.Dispose();
        }
    }

    private void SendOne()
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = Patience, SendTimeout = Patience, NoDelay = true };
        try
        {
            socket.Connect(address);
            switch (_random.Next(10))
            {
                case 0:
                    // Half open: nothing, or half a request, and no end.
                    socket.Send(Encoding.ASCII.GetBytes("GET /health HTTP/1.1\r\nHost: x"[.._random.Next(25)]));
                    Leave(socket);
                    return;
                case 1:
                    foreach (var one in Encoding.ASCII.GetBytes("GET /health/re"))
                    {
                        socket.Send([one]);
                    }

                    Leave(socket);
                    return;
                case 2:
                    socket.Send(Rubbish());
                    socket.LingerState = new LingerOption(enable: true, seconds: 0);
                    break;
                case 3:
                    Exchange(socket, Rubbish(), endsThere: true);
                    break;
                case 4:
                    Exchange(socket, Head("GET", "/" + new string('x', _random.Next(1, 30_000)), "pod"));
                    break;
                case 5:
                    Exchange(socket, Head(Methods[_random.Next(Methods.Length)], "/health/ready", "pod"));
                    break;
                case 6:
                    Exchange(socket, Head("GET", "/health/ready", new string('h', _random.Next(1, 20_000))));
                    break;
                default:
                    Exchange(socket, Head("GET", Paths[_random.Next(Paths.Length)], $"localhost:{_random.Next(65536)}"));
                    break;
            }
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }

        socket.Dispose();
    }

    private void Exchange(Socket socket, byte[] request, bool endsThere = false)
    {
        socket.Send(request);
        if (endsThere)
        {
            socket.Shutdown(SocketShutdown.Send);
        }

        var answer = new StringBuilder();
        var buffer = new byte[4096];
        while (socket.Receive(buffer) is var count and > 0)
        {
            answer.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        Answers.Add(answer.ToString());
    }

    private void Leave(Socket socket)
    {
        _open.Enqueue(socket);
        if (_open.Count > MostOpen)
        {
            _open.Dequeue().Dispose();
        }
    }

    private static byte[] Head(string method, string path, string host) => Encoding.Latin1.GetBytes(
        $"{method} {path} HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Host: localhost\r\nX-Forwarded-For: 127.0.0.1\r\nX-Original-URL: /health\r\nConnection: close\r\n\r\n");

    private byte[] Rubbish()
    {
        var bytes = new byte[_random.Next(1, 3000)];
        _random.NextBytes(bytes);
        return _random.Next(2) == 0 ? bytes : [.. bytes, .. "\r\n\r\n"u8];
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Resilience.AspNetCore.Management;
using Resilience.Internal;

namespace Resilience.AspNetCore.Tests.Management;

/// <summary>The listener under clients that mean no good.</summary>
public sealed class ManagementListenerTests : IDisposable
{
    private const string Probe = "GET /health/live HTTP/1.1\r\nHost: pod\r\nConnection: close\r\n\r\n";

    private const string Alive = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n{}";

    private readonly ManagementListener _listener = new(
        new IPEndPoint(IPAddress.Loopback, 0),
        static request => request.Path switch
        {
            "/health/live" => new ManagementAnswer(200, "application/json", "{}"u8.ToArray()),
            "/large" => new ManagementAnswer(200, "text/plain", new byte[8 * 1024 * 1024]),
            "/throws" => throw new InvalidOperationException(),
            _ => new ManagementAnswer(404, "application/json", default),
        },
        new MonotonicClock(TimeProvider.System),
        NullLogger.Instance);

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void Probe_AnswersExactly() => Assert.Equal(Alive, RawClient.Exchange(_listener.Address, Probe));

    [Fact]
    public void Probe_ByteByByte_Answers()
    {
        using var socket = RawClient.Connect(_listener.Address);
        foreach (var one in Encoding.ASCII.GetBytes(Probe))
        {
            socket.Send([one]);
        }

        Assert.Equal(Alive, RawClient.ReadToEnd(socket));
    }

    [Fact]
    public void Head_HasTheLengthButNoBody() =>
        Assert.EndsWith("Content-Length: 2\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n", RawClient.Exchange(_listener.Address, Probe.Replace("GET", "HEAD", StringComparison.Ordinal)), StringComparison.Ordinal);

    [Theory]
    [InlineData("POST /health/live HTTP/1.1\r\n\r\n", 405)]
    [InlineData("GET /other HTTP/1.1\r\n\r\n", 404)]
    [InlineData("GET /health/live/ HTTP/1.1\r\n\r\n", 404)]
    [InlineData("GET /HEALTH/LIVE HTTP/1.1\r\n\r\n", 404)]
    [InlineData("GET /health/../health/live HTTP/1.1\r\n\r\n", 404)]
    [InlineData("rubbish\r\n\r\n", 400)]
    [InlineData("\r\n\r\n", 400)]
    public void Wrong_SaysSo(string request, int status) =>
        Assert.StartsWith($"HTTP/1.1 {status} ", RawClient.Exchange(_listener.Address, request), StringComparison.Ordinal);

    [Fact]
    public void HeadTooLong_Is431() =>
        Assert.StartsWith("HTTP/1.1 431 ", RawClient.Exchange(_listener.Address, $"GET /health/live HTTP/1.1\r\nX: {new string('x', 20_000)}\r\n\r\n"), StringComparison.Ordinal);

    [Fact]
    public void LargeAnswer_ArrivesWhole()
    {
        var answer = RawClient.Exchange(_listener.Address, "GET /large HTTP/1.1\r\n\r\n");

        Assert.EndsWith(new string('\0', 8 * 1024 * 1024), answer, StringComparison.Ordinal);
    }

    [Fact]
    public void AnswerThrows_OthersAreServedAfterwards()
    {
        using (var socket = RawClient.Connect(_listener.Address))
        {
            socket.Send("GET /throws HTTP/1.1\r\n\r\n"u8);
            Assert.Equal("", RawClient.ReadToEnd(socket));
        }

        Assert.Equal(Alive, RawClient.Exchange(_listener.Address, Probe));
    }

    [Fact]
    public void SilentConnections_MoreThanItTakes_ProbesAreAnswered()
    {
        var silent = Enumerable.Range(0, 2 * ManagementListener.MostConnections).Select(_ => RawClient.Connect(_listener.Address)).ToList();
        try
        {
            for (var i = 0; i < 20; i++)
            {
                Assert.Equal(Alive, RawClient.Exchange(_listener.Address, Probe));
            }
        }
        finally
        {
            silent.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public void SilentConnection_IsClosedWhenItsTimeIsUp()
    {
        using var socket = RawClient.Connect(_listener.Address);
        socket.Send("GET /health"u8);

        Assert.Equal("", RawClient.ReadToEnd(socket));
    }

    [Fact]
    public void Malformed_TenThousand_NothingBreaksAndMemoryIsFlat()
    {
        const int Seed = 20_260_101;
        var random = new Random(Seed);
        Malform(random, 500);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        Malform(random, 10_000);

        Assert.Equal(Alive, RawClient.Exchange(_listener.Address, Probe));
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown < 4 * 1024 * 1024, $"seed {Seed}: {grown} bytes more than before");
    }

    /// <summary>Random bytes, cut off, with and without an end, the connection left or reset.</summary>
    private void Malform(Random random, int count)
    {
        string[] starts = ["GET /health/live HTTP/1.1\r\n", "GET ", "\r\n", "", "POST / HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n", "GET /health?", "\0\0\0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "Host: evil\r\n"];
        for (var i = 0; i < count; i++)
        {
            using var socket = RawClient.Connect(_listener.Address);
            var bytes = new byte[random.Next(0, 3000)];
            random.NextBytes(bytes);
            byte[] request = [.. Encoding.Latin1.GetBytes(starts[random.Next(starts.Length)]), .. bytes, .. random.Next(2) == 0 ? "\r\n\r\n"u8 : []];
            try
            {
                socket.Send(request);
                switch (random.Next(3))
                {
                    case 0:
                        socket.LingerState = new LingerOption(enable: true, seconds: 0);
                        break;
                    case 1:
                        socket.Shutdown(SocketShutdown.Send);
                        _ = RawClient.ReadToEnd(socket);
                        break;
                }
            }
            catch (SocketException)
            {
                // Closed while it was sent: that is an answer, too.
            }
        }
    }
}

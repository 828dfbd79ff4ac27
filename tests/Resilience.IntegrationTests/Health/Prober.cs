using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Resilience.IntegrationTests.Health;

/// <summary>
/// Probes at a set rate from threads of its own with blocking sockets, as somebody outside the process would: nothing here
/// needs the thread pool. A connection for each probe, as the kubelet has it.
/// </summary>
internal sealed class Prober(IPEndPoint address, string path)
{
    private const int Patience = 1000;
    private readonly byte[] _request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: pod\r\nConnection: close\r\n\r\n");

    /// <summary>Probes for a while.</summary>
    /// <param name="perSecond">All threads together.</param>
    /// <param name="duration">How long.</param>
    /// <param name="threads">How many.</param>
    /// <returns>Every answer, in the order of the starts of each thread.</returns>
    public IReadOnlyList<ProbeResult> Run(int perSecond, TimeSpan duration, int threads = 2)
    {
        var results = new ConcurrentQueue<ProbeResult>();
        var running = Enumerable.Range(0, threads).Select(index => new Thread(() => RunOne(results, (double)threads / perSecond, duration)) { IsBackground = true }).ToList();
        running.ForEach(thread => thread.Start());
        running.ForEach(thread => thread.Join());
        return [.. results.OrderBy(result => result.At)];
    }

    /// <summary>The same without blocking whoever waits: a test that holds a thread of the pool is part of what it measures.</summary>
    public Task<IReadOnlyList<ProbeResult>> ProbeAsync(int perSecond, TimeSpan duration, int threads = 2) => Task.Factory.StartNew(
        () => Run(perSecond, duration, threads), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Probes once.</summary>
    public ProbeResult Once() => Once(TimeSpan.Zero);

    private void RunOne(ConcurrentQueue<ProbeResult> results, double interval, TimeSpan duration)
    {
        using var never = new ManualResetEventSlim();
        var began = TimeProvider.System.GetTimestamp();
        for (var i = 0; ; i++)
        {
            var due = TimeSpan.FromSeconds(i * interval);
            if (due > duration)
            {
                return;
            }

            var early = due - TimeProvider.System.GetElapsedTime(began);
            if (early > TimeSpan.FromMilliseconds(1))
            {
                never.Wait(early);
            }

            // Those that had to wait for one before them count from when they were due: others would not have waited.
            var late = TimeProvider.System.GetElapsedTime(began) - due;
            var result = Once(due);
            results.Enqueue(late > TimeSpan.Zero ? result with { Took = result.Took + late } : result);
        }
    }

    private ProbeResult Once(TimeSpan at)
    {
        var began = TimeProvider.System.GetTimestamp();
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = Patience, SendTimeout = Patience, NoDelay = true };
            socket.Connect(address);
            socket.Send(_request);
            Span<byte> buffer = stackalloc byte[1024];
            var length = 0;
            while (length < buffer.Length && socket.Receive(buffer[length..]) is var count and > 0)
            {
                length += count;
            }

            var text = Encoding.ASCII.GetString(buffer[..length]);
            var body = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            return new ProbeResult(at, TimeProvider.System.GetElapsedTime(began), body < 0 ? 0 : int.Parse(text.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture), body < 0 ? "cut off" : text[(body + 4)..]);
        }
        catch (SocketException exception)
        {
            return new ProbeResult(at, TimeProvider.System.GetElapsedTime(began), 0, exception.SocketErrorCode.ToString());
        }
    }
}

using System.Net.Sockets;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.TestKit.Network;

public sealed class ToxicProxyTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(500);
    private readonly EchoServer _server = new();
    private ToxicProxy _proxy = null!;

    public Task InitializeAsync()
    {
        _proxy = Start(seed: 7);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task NoToxic_PassesBytesAndHalfCloses()
    {
        using var client = await ProxyClient.ConnectAsync(_proxy);
        await client.EchoAsync(Bytes(1_000_000));

        await client.SendAsync(Bytes(10));
        client.EndSending();

        Assert.Equal(10, await client.ReadAsync());
        Assert.Equal(0, await client.ReadAsync());
        await Eventually.UntilAsync(() => _proxy.Connections == 0, () => $"{_proxy.Connections} connections are left", default);
        Assert.Equal([null], _server.Ends);
    }

    [Fact]
    public async Task Latency_OfOpenConnections_IsAsSaidAndGoneAtOnce()
    {
        var clients = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => ProxyClient.ConnectAsync(_proxy)));
        var before = await MedianAsync(clients);

        var toxic = _proxy.Add(new LatencyToxic(TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(50)) { Direction = ToxicDirection.Downstream });
        var during = await MedianAsync(clients);
        toxic.Dispose();
        var after = await MedianAsync(clients);

        output.WriteLine($"medians: {before.TotalMilliseconds:0.0} ms, {during.TotalMilliseconds:0.0} ms, {after.TotalMilliseconds:0.0} ms");
        Assert.InRange(during - before, TimeSpan.FromMilliseconds(170), TimeSpan.FromMilliseconds(320));
        Assert.InRange(after, TimeSpan.Zero, TimeSpan.FromMilliseconds(120));
        Array.ForEach(clients, client => client.Dispose());
    }

    [Fact]
    public async Task Latency_ManyBytes_ArriveAlmostAsFastAsBefore()
    {
        using var client = await ProxyClient.ConnectAsync(_proxy);
        var bytes = Bytes(16 * 1024 * 1024);
        var before = await client.EchoAsync(bytes);
        using var toxic = _proxy.Add(new LatencyToxic(TimeSpan.FromMilliseconds(200)));

        var during = await client.EchoAsync(bytes);

        output.WriteLine($"16 MiB there and back: {before.TotalSeconds:0.00} s, with 200 ms each way {during.TotalSeconds:0.00} s");
        // A wait for each read would take minutes.
        Assert.InRange(during, TimeSpan.FromMilliseconds(390), before + TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Latency_OfAnHour_KeepsEverythingUntilItIsRemoved()
    {
        using var client = await ProxyClient.ConnectAsync(_proxy);
        var toxic = _proxy.Add(new LatencyToxic(TimeSpan.FromHours(1)));
        var echo = client.EchoAsync(Bytes(100));
        await Assert.ThrowsAsync<TimeoutException>(() => echo.WaitAsync(Soon, TimeProvider.System));

        toxic.Dispose();

        await echo;
    }

    [Fact]
    public async Task Blackhole_SwallowsAndKeepsConnections_ThenThoseWithAHoleAreReset()
    {
        using var talking = await ProxyClient.ConnectAsync(_proxy);
        using var silent = await ProxyClient.ConnectAsync(_proxy);
        await talking.EchoAsync();
        await silent.EchoAsync();
        var received = _server.Received;

        var toxic = _proxy.Add(new BlackholeToxic());
        await talking.SendAsync(Bytes(1000));
        Assert.Equal(-1, await talking.ReadAsync(Soon));
        Assert.Equal(received, _server.Received);
        Assert.Equal(2, _proxy.Connections);
        Assert.Empty(_server.Ends);

        toxic.Dispose();
        Assert.Null(await talking.ReadAsync());
        await silent.EchoAsync();
    }

    [Fact]
    public async Task Blackhole_Downstream_ServerGetsWhatTheClientNeverHearsOf()
    {
        using var client = await ProxyClient.ConnectAsync(_proxy);
        using var toxic = _proxy.Add(new BlackholeToxic { Direction = ToxicDirection.Downstream });

        await client.SendAsync(Bytes(1000));

        await Eventually.UntilAsync(() => _server.Received == 1000, () => $"{_server.Received} bytes arrived", default);
        Assert.Equal(-1, await client.ReadAsync(Soon));
    }

    [Fact]
    public async Task Blackhole_ClientCloses_ServerIsToldOnceItIsOver()
    {
        var client = await ProxyClient.ConnectAsync(_proxy);
        await client.EchoAsync();
        var toxic = _proxy.Add(new BlackholeToxic());
        client.Dispose();
        await Task.Delay(Soon, TimeProvider.System);
        Assert.Empty(_server.Ends);

        toxic.Dispose();

        await Eventually.UntilAsync(() => _server.Ends.Count == 1 && _proxy.Connections == 0, () => $"{_proxy.Connections} connections are left", default);
    }

    [Fact]
    public async Task Reset_OpenAndNewConnections_AreResetOnBothSides()
    {
        using var open = await ProxyClient.ConnectAsync(_proxy);
        await open.EchoAsync();

        using (_proxy.Add(new ResetToxic()))
        {
            Assert.Null(await open.ReadAsync());
            await Eventually.UntilAsync(() => !_server.Ends.IsEmpty, () => "the server heard nothing", default);
            Assert.Equal(SocketError.ConnectionReset, _server.Ends.First());
            Assert.True(await IsResetAsync(_proxy));
        }

        using var healed = await ProxyClient.ConnectAsync(_proxy);
        await healed.EchoAsync();
    }

    [Fact]
    public async Task Reset_LaterAndOnlyDownstream_ServerSeesAnOrdinaryEnd()
    {
        using var client = await ProxyClient.ConnectAsync(_proxy);
        await client.EchoAsync();
        using var toxic = _proxy.Add(new ResetToxic(TimeSpan.FromSeconds(1)) { Direction = ToxicDirection.Downstream });

        await client.EchoAsync();
        Assert.Null(await client.ReadAsync());

        await Eventually.UntilAsync(() => !_server.Ends.IsEmpty, () => "the server heard nothing", default);
        Assert.Equal([null], _server.Ends);
    }

    [Fact]
    public async Task Bandwidth_AQuarter_TakesFourTimesAsLong()
    {
        using var client = await ProxyClient.ConnectAsync(_proxy);
        var bytes = Bytes(200_000);
        TimeSpan fast, slow;
        using (_proxy.Add(new BandwidthToxic(400_000) { Direction = ToxicDirection.Upstream }))
        {
            fast = await client.EchoAsync(bytes);
        }

        using (_proxy.Add(new BandwidthToxic(100_000) { Direction = ToxicDirection.Upstream }))
        {
            slow = await client.EchoAsync(bytes);
        }

        output.WriteLine($"200 kB at 400 kB/s: {fast.TotalSeconds:0.00} s; at 100 kB/s: {slow.TotalSeconds:0.00} s");
        Assert.InRange(slow, TimeSpan.FromSeconds(1.8), TimeSpan.FromSeconds(4));
        Assert.InRange(slow / fast, 2, 6);
    }

    [Fact]
    public async Task Slicer_SmallPieces_AllBytesInOrder()
    {
        using var client = await ProxyClient.ConnectAsync(_proxy);
        using var toxic = _proxy.Add(new SlicerToxic(100, TimeSpan.FromMilliseconds(2)) { Direction = ToxicDirection.Upstream });

        await client.EchoAsync(Bytes(20_000));

        var reads = _server.Reads.Order().ToList();
        output.WriteLine($"{reads.Count} reads, median {reads[reads.Count / 2]} bytes");
        Assert.InRange(reads.Count, 100, 20_000);
        Assert.Equal(100, reads[reads.Count / 2]);
    }

    [Fact]
    public async Task LimitData_EndsTheConnectionInTheMiddle()
    {
        using var client = await ProxyClient.ConnectAsync(_proxy);
        await client.EchoAsync(Bytes(500));
        using var toxic = _proxy.Add(new LimitDataToxic(1500) { Direction = ToxicDirection.Downstream });
        await client.SendAsync(Bytes(1000));
        await client.SendAsync(Bytes(1000));

        var got = 0;
        int? read;
        while ((read = await client.ReadAsync()) > 0)
        {
            got += read.Value;
        }

        Assert.Equal(0, read);
        Assert.Equal(1500, got);
    }

    [Fact]
    public async Task SlowClose_OnlyTheEndIsLate()
    {
        using var client = await ProxyClient.ConnectAsync(_proxy);
        using var toxic = _proxy.Add(new SlowCloseToxic(TimeSpan.FromSeconds(1)) { Direction = ToxicDirection.Downstream });
        await client.SendAsync(Bytes(10));
        client.EndSending();
        Assert.Equal(10, await client.ReadAsync(Soon));

        Assert.Equal(-1, await client.ReadAsync(Soon));
        Assert.Equal(0, await client.ReadAsync());
    }

    [Fact]
    public async Task Toxicity_OneHalf_HitsTheSameHalfInEachRunWithTheSeed()
    {
        var first = await HitAsync(seed: 11);
        var second = await HitAsync(seed: 11);
        var other = await HitAsync(seed: 12);

        output.WriteLine($"{first.Count(hit => hit)} and {other.Count(hit => hit)} of 100");
        Assert.InRange(first.Count(hit => hit), 35, 65);
        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public async Task NoServer_ClientGetsAReset()
    {
        await using var proxy = ToxicProxy.Start("127.0.0.1", FreePort.Reserve(), "127.0.0.1", FreePort.Reserve());

        Assert.True(await IsResetAsync(proxy));
    }

    private ToxicProxy Start(int seed) => ToxicProxy.Start("127.0.0.1", FreePort.Reserve(), "127.0.0.1", _server.Port, seed: seed);

    private async Task<List<bool>> HitAsync(int seed)
    {
        await using var proxy = Start(seed);
        using var toxic = proxy.Add(new ResetToxic { Toxicity = 0.5 });
        var hits = new List<bool>();
        for (var i = 0; i < 100; i++)
        {
            hits.Add(await IsResetAsync(proxy));
        }

        return hits;
    }

    // The reset may come before the client knows that it is connected.
    private static async Task<bool> IsResetAsync(ToxicProxy proxy)
    {
        try
        {
            using var client = await ProxyClient.ConnectAsync(proxy);
            await client.EchoAsync();
            return false;
        }
        catch (Exception e) when ((e as SocketException ?? e.InnerException as SocketException)?.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            return true;
        }
        catch (InvalidOperationException)
        {
            // Its stream is asked for a second time when the reset is here already: the socket is not connected any more.
            return true;
        }
    }

    private static async Task<TimeSpan> MedianAsync(ProxyClient[] clients)
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < 5; i++)
        {
            times.AddRange(await Task.WhenAll(clients.Select(client => client.EchoAsync())));
        }

        times.Sort();
        return times[times.Count / 2];
    }

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count; i++)
        {
            bytes[i] = (byte)(i * 31 + (i >> 8));
        }

        return bytes;
    }
}

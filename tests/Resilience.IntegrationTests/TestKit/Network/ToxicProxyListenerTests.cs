using System.Net.Sockets;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.TestKit.Network;

/// <summary>The proxy itself: who may connect, when it ends, and what it refuses to do.</summary>
public sealed class ToxicProxyListenerTests : IAsyncLifetime
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
    public async Task Refuse_NewOnesAreRefused_OpenOnesGoOn()
    {
        using var open = await ProxyClient.ConnectAsync(_proxy);
        await open.EchoAsync();
        using (_proxy.Refuse())
        {
            var error = await Assert.ThrowsAsync<SocketException>(() => ProxyClient.ConnectAsync(_proxy));
            Assert.Equal(SocketError.ConnectionRefused, error.SocketErrorCode);
            await open.EchoAsync();
        }

        using var late = await ProxyClient.ConnectAsync(_proxy);
        await late.EchoAsync();
    }

    [Fact]
    public async Task StopAccepting_ConnectsButIsNotServed_UntilItIsOver()
    {
        var stop = _proxy.StopAccepting();
        using var client = await ProxyClient.ConnectAsync(_proxy);
        var echo = client.EchoAsync();
        await Assert.ThrowsAsync<TimeoutException>(() => echo.WaitAsync(Soon, TimeProvider.System));
        Assert.Equal(0, _proxy.Accepted);

        stop.Dispose();

        await echo;
    }

    [Fact]
    public async Task Dispose_EndsEveryConnection_WhateverTheyWaitFor()
    {
        using var toxic = _proxy.Add(new LatencyToxic(TimeSpan.FromHours(1)));
        using var waiting = await ProxyClient.ConnectAsync(_proxy);
        // More than fits into the line and the buffers of the sockets.
        var sending = waiting.SendAsync(Bytes(64 * 1024 * 1024));
        await Assert.ThrowsAsync<TimeoutException>(() => sending.WaitAsync(Soon, TimeProvider.System));

        await _proxy.DisposeAsync();

        await Assert.ThrowsAnyAsync<IOException>(() => sending.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System));
        Assert.Equal(0, _proxy.Connections);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Add_ToxicityIsNoShare_IsRefused(double toxicity)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => _proxy.Add(new BlackholeToxic { Toxicity = toxicity }));

        Assert.Contains("from 0 to 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Add_ValuesOutOfRange_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _proxy.Add(new LatencyToxic(TimeSpan.FromSeconds(-1))));
        Assert.Throws<ArgumentOutOfRangeException>(() => _proxy.Add(new LatencyToxic(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2))));
        Assert.Throws<ArgumentOutOfRangeException>(() => _proxy.Add(new BandwidthToxic(0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _proxy.Add(new SlicerToxic(0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _proxy.Add(new LimitDataToxic(-1)));
    }

    private ToxicProxy Start(int seed) => ToxicProxy.Start("127.0.0.1", FreePort.Reserve(), "127.0.0.1", _server.Port, seed: seed);

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

using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Resilience.AspNetCore.Management;
using Resilience.Health.Watchdog;
using Resilience.TestKit;

namespace Resilience.AspNetCore.Tests.Management;

public sealed class ListenerProbeTests
{
    [Fact]
    public void Try_NobodyListens_Refused() => Assert.Equal(ListenerAnswer.Refused, Probe("http", FreePort.Reserve()).Try());

    [Fact]
    public void Try_AcceptsAndSaysNothing_Silent()
    {
        using var listener = Listen(out var port);

        Assert.Equal(ListenerAnswer.Silent, Probe("http", port).Try());
    }

    [Fact]
    public void Try_Tls_OnlyTheConnectionIsTried()
    {
        using var listener = Listen(out var port);

        Assert.Equal(ListenerAnswer.Answered, Probe("https", port).Try());
    }

    [Fact]
    public void Try_SaysAnything_Answered()
    {
        using var listener = Listen(out var port);
        var answering = new Thread(() =>
        {
            using var socket = listener.Accept();
            socket.Send("?"u8);
        });
        answering.Start();

        Assert.Equal(ListenerAnswer.Answered, Probe("http", port).Try());
        answering.Join();
    }

    [Theory]
    [InlineData("http://[::]:{0}")]
    [InlineData("http://+:{0}")]
    [InlineData("http://*:{0}")]
    [InlineData("http://0.0.0.0:{0}")]
    [InlineData("http://127.0.0.1:{0}")]
    [InlineData("http://localhost:{0}")]
    public void Of_AnyWayToWriteAnAddress_IsTriedOnLoopback(string address)
    {
        using var listener = Listen(out var port);

        Assert.Equal(ListenerAnswer.Silent, ListenerProbe.Of([BindingAddress.Parse(string.Format(System.Globalization.CultureInfo.InvariantCulture, address, port))])!.Try());
    }

    [Fact]
    public void Of_UnixSocketOrNothing_CannotBeTried()
    {
        Assert.Null(ListenerProbe.Of([]));
        Assert.Null(ListenerProbe.Of([BindingAddress.Parse("http://unix:/run/app.sock")]));
    }

    private static ListenerProbe Probe(string scheme, int port) => ListenerProbe.Of([BindingAddress.Parse($"{scheme}://127.0.0.1:{port}")])!;

    private static Socket Listen(out int port)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(4);
        port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        return listener;
    }
}

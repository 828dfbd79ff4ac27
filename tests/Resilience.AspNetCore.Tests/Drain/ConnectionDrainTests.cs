using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Resilience.AspNetCore.Drain;
using Resilience.Health;
using Resilience.TestKit;

namespace Resilience.AspNetCore.Tests.Drain;

public sealed class ConnectionDrainTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly DrainState _state = new();

    [Fact]
    public void Http1_EachAnswerEndsItsConnection_OnlyWhileDraining()
    {
        var drain = new ConnectionDrain(_state, _time);

        Assert.Equal(0, Request(drain, "HTTP/1.1", new Connection()).Response.Headers.Connection.Count);
        _state.Begin();
        Assert.Equal("close", Request(drain, "HTTP/1.1", new Connection()).Response.Headers.Connection);
    }

    [Theory]
    [InlineData("HTTP/2")]
    [InlineData("HTTP/3")]
    public void Http2_ConnectionIsAskedToClose_OnlyAfterItsLeastLife(string protocol)
    {
        var drain = new ConnectionDrain(_state, _time);
        var connection = new Connection();
        Request(drain, protocol, connection);
        _state.Begin();

        // It came before the drain, but its time counts from the first request that finds the drain.
        Request(drain, protocol, connection);
        _time.Advance(ConnectionDrain.LeastLife - TimeSpan.FromMilliseconds(1));
        Request(drain, protocol, connection);
        Assert.Equal(0, connection.Asked);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        Request(drain, protocol, connection);
        Assert.Equal(1, connection.Asked);

        // The one that the client makes in its place has a time of its own.
        var following = new Connection();
        Request(drain, protocol, following);
        Assert.Equal(0, following.Asked);
    }

    private static DefaultHttpContext Request(ConnectionDrain drain, string protocol, Connection connection)
    {
        var context = new DefaultHttpContext();
        context.Request.Protocol = protocol;
        context.Features.Set<IConnectionLifetimeNotificationFeature>(connection);
        drain.Apply(context);
        return context;
    }

    private sealed class Connection : IConnectionLifetimeNotificationFeature
    {
        public int Asked { get; private set; }

        public CancellationToken ConnectionClosedRequested { get; set; }

        public void RequestClose() => Asked++;
    }
}

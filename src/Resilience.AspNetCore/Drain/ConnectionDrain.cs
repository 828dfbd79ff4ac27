using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Resilience.Health;

namespace Resilience.AspNetCore.Drain;

/// <summary>
/// While draining, ends each client's connection with the answer to one of its requests, so that it connects elsewhere and
/// never meets a connection that is closed under it: <c>Connection: close</c> for HTTP/1, GOAWAY for HTTP/2 and HTTP/3.
/// </summary>
/// <remarks>
/// A request that crosses with GOAWAY is sent again by its client on a new connection, but only so many times
/// (<c>SocketsHttpHandler</c>: three). Load balancers that hear late bring that connection back here; were it ended at its
/// first request too, a busy client would use its attempts up. So a connection lasts for <see cref="LeastLife"/> after the
/// first request that came with it while draining; one without another request ends when the server stops.
/// </remarks>
internal sealed class ConnectionDrain(DrainState drain, TimeProvider time)
{
    /// <summary>More than the time in which one request could lose that race several times, less than any useful drain delay.</summary>
    public static readonly TimeSpan LeastLife = TimeSpan.FromMilliseconds(250);

    private readonly ConditionalWeakTable<IConnectionLifetimeNotificationFeature, StrongBox<long>> _firstSeen = [];

    /// <summary>To be called once for each request, before its answer begins.</summary>
    public void Apply(HttpContext context)
    {
        if (!drain.IsDraining)
        {
            return;
        }

        if (HttpProtocol.IsHttp11(context.Request.Protocol) || HttpProtocol.IsHttp10(context.Request.Protocol))
        {
            context.Response.Headers[HeaderNames.Connection] = "close";
        }
        else if (context.Features.Get<IConnectionLifetimeNotificationFeature>() is { } connection
            && time.GetElapsedTime(_firstSeen.GetOrAdd(connection, new StrongBox<long>(time.GetTimestamp())).Value) >= LeastLife)
        {
            connection.RequestClose();
        }
    }
}

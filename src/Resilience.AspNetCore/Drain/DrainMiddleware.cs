using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Resilience.Health;

namespace Resilience.AspNetCore.Drain;

/// <summary>
/// While draining, ends each client's connection with the answer to its next request, so that it connects elsewhere and
/// never meets a connection that is closed under it: <c>Connection: close</c> for HTTP/1, GOAWAY for HTTP/2.
/// </summary>
internal static class DrainMiddleware
{
    public static void Apply(HttpContext context, DrainState drain)
    {
        if (!drain.IsDraining)
        {
            return;
        }

        if (HttpProtocol.IsHttp11(context.Request.Protocol) || HttpProtocol.IsHttp10(context.Request.Protocol))
        {
            context.Response.Headers[HeaderNames.Connection] = "close";
        }
        else
        {
            context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        }
    }
}

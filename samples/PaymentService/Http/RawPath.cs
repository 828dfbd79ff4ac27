using Microsoft.AspNetCore.Http.Features;

namespace PaymentService.Http;

internal static class RawPath
{
    /// <summary>The decoded segment with the given index.</summary>
    /// <remarks>
    /// The server leaves %2F encoded but decodes %25, so a route value cannot tell 'a/b' from 'a%2Fb'. The bytes on the wire can.
    /// </remarks>
    public static string? Segment(HttpContext context, int index)
    {
        var path = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0];
        return path.StartsWith('/') && path[1..].Split('/') is var segments && index < segments.Length
            ? Uri.UnescapeDataString(segments[index])
            : null;
    }
}

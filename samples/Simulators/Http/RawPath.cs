using Microsoft.AspNetCore.Http.Features;

namespace Simulators.Http;

internal static class RawPath
{
    /// <summary>The decoded rest of the path after <paramref name="prefix"/>.</summary>
    /// <remarks>
    /// The server leaves %2F encoded but decodes %25, so a route value cannot tell 'a/b' from 'a%2Fb'. The bytes on the wire can.
    /// </remarks>
    public static string After(HttpContext context, string prefix)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var start = target.IndexOf(prefix, StringComparison.OrdinalIgnoreCase);
        var rest = start < 0 ? context.Request.Path.Value ?? "" : target[(start + prefix.Length)..];
        var query = rest.IndexOf('?', StringComparison.Ordinal);
        return Uri.UnescapeDataString(query < 0 ? rest : rest[..query]);
    }
}

using Microsoft.AspNetCore.Http;

namespace Resilience.AspNetCore.Operations.Changes;

/// <summary>
/// Tells a request of our own page, or of a tool, from one that another site makes a browser send. A custom header cannot be sent
/// across sites without a preflight that nobody here answers (OWASP, Cross-Site Request Forgery Prevention); the browser's own word
/// on where the request comes from is heard besides.
/// </summary>
internal static class CrossSite
{
    public const string Header = "X-Dr-Change";

    /// <summary>Why a change must not be made for this request; null when it may.</summary>
    public static string? WhyNot(HttpRequest request)
    {
        if (request.Headers[Header] is not [{ Length: > 0 }])
        {
            return $"Send the header {Header}: 1. No other site can make a browser send it.";
        }

        if (request.Headers.Origin is [{ Length: > 0 } origin]
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var from) && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)))
        {
            return "The Origin is another site than this one. Behind a proxy that changes the host, let it pass the Host header on.";
        }

        return request.Headers["Sec-Fetch-Site"] is [not (null or "same-origin" or "none")]
            ? "The browser says that the request comes from another site."
            : null;
    }
}

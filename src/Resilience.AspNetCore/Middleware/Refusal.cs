using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Resilience.AspNetCore.Middleware;

/// <summary>Answers requests that are not let in: a fixed body, no allocation to speak of, nothing of the request read.</summary>
internal static class Refusal
{
    private static readonly byte[] Shed =
        """{"type":"https://tools.ietf.org/html/rfc9110#section-15.6.4","title":"Service Unavailable","status":503,"detail":"The service has as much to do as it can. Try again later."}"""u8.ToArray();

    private static readonly byte[] Expired =
        """{"type":"https://tools.ietf.org/html/rfc9110#section-15.6.5","title":"Gateway Timeout","status":504,"detail":"The deadline in X-Dr-Timeout-Ms passed before the request could run."}"""u8.ToArray();

    public static Task ShedAsync(HttpContext context, TimeSpan retryAfter)
    {
        context.Response.Headers.RetryAfter = Math.Ceiling(retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return WriteAsync(context, StatusCodes.Status503ServiceUnavailable, Shed);
    }

    public static Task ExpiredAsync(HttpContext context) => WriteAsync(context, StatusCodes.Status504GatewayTimeout, Expired);

    private static Task WriteAsync(HttpContext context, int status, byte[] body)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/problem+json";
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}

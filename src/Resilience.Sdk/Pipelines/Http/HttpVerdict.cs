using System.Net;
using Resilience.Pipelines.Retry;

namespace Resilience.Pipelines.Http;

/// <summary>
/// What an HTTP outcome means. As Microsoft.Extensions.Http.Resilience has it, 5xx, 408, 429 and
/// <see cref="HttpRequestException"/> are failures; a connect time-out, which it overlooks, is one too.
/// </summary>
internal static class HttpVerdict
{
    public static CallVerdict Of(HttpResponseMessage response, TimeProvider time) => response.StatusCode switch
    {
        HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => new CallVerdict(AttemptResult.Overloaded, RetryAfterOf(response, time)),
        HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => new CallVerdict(AttemptResult.Failure, RetryAfterOf(response, time)),
        _ => new CallVerdict(AttemptResult.Final),
    };

    public static AttemptResult Of(Exception exception) => exception switch
    {
        // The connection was never made: no byte of the request can have been acted on.
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
        } => AttemptResult.NotSent,
        _ => AttemptResult.Failure,
    };

    private static TimeSpan? RetryAfterOf(HttpResponseMessage response, TimeProvider time)
    {
        if (response.Headers.RetryAfter is not { } header)
        {
            return null;
        }

        var wait = header.Delta ?? (header.Date is { } date ? date - time.GetUtcNow() : null);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}

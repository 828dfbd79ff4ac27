using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Resilience.Pipelines.Bulkhead;

namespace Resilience.AspNetCore.Middleware;

/// <summary>What a request and its outcome mean to the limiter.</summary>
internal static class LoadShedding
{
    /// <summary>Whether the request goes past the limiter: it lasts for as long as the client likes, or its endpoint asks for it.</summary>
    public static bool IsExempt(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<NoSheddingMetadata>() is not null
        || HttpMethods.IsConnect(context.Request.Method)
        || (context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } && !OffersHttp2(context.Request));

    public static CallPriority Priority(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<PriorityMetadata>()?.Priority ?? CallPriority.Normal;

    /// <summary>What a request that ran to its end says about the load.</summary>
    /// <param name="status">The status of its answer.</param>
    /// <param name="deadlinePassed">Whether the answer came too late. This comes first, as a caller whose time is over also hangs up.</param>
    /// <param name="gone">Whether the client hung up, or the endpoint threw.</param>
    public static PermitOutcome Judge(int status, bool deadlinePassed, bool gone) => deadlinePassed ? PermitOutcome.Overloaded
        : gone ? PermitOutcome.Neutral
        : status switch
        {
            StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable => PermitOutcome.Overloaded,

            // A failure takes no time, or all of it: neither is the latency of an answer.
            StatusCodes.Status499ClientClosedRequest or >= StatusCodes.Status500InternalServerError => PermitOutcome.Neutral,
            _ => PermitOutcome.Answered,
        };

    // Java's client offers h2c with every plain request, and the server answers in HTTP/1.1 as if it had not.
    private static bool OffersHttp2(HttpRequest request) => string.Equals(request.Headers.Upgrade, "h2c", StringComparison.OrdinalIgnoreCase);
}

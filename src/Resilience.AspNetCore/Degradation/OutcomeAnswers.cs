using System.Globalization;
using Microsoft.AspNetCore.Http;
using Resilience.Degradation;

namespace Resilience.AspNetCore.Degradation;

/// <summary>What is answered when there is no value.</summary>
internal static class OutcomeAnswers
{
    /// <summary>The request is safe and will be carried out later.</summary>
    public static IResult Queued(string key, string? message, TimeSpan? retryAfter, string? location) =>
        new HeaderedResult(Results.Json(new QueuedAnswer(key, "queued", message), AnswersJson.Default.QueuedAnswer, statusCode: StatusCodes.Status202Accepted), retryAfter, location);

    /// <summary>Nothing is left. Says which service, never why: the reason may name servers.</summary>
    public static IResult Failed(string service, TimeSpan? retryAfter) => new HeaderedResult(
        Results.Problem(
            title: "A dependency of this service is not available.",
            detail: $"'{service}' cannot answer now, and nothing was stored. Try again later.",
            statusCode: StatusCodes.Status503ServiceUnavailable),
        retryAfter ?? TimeSpan.FromSeconds(5),
        location: null);

    private sealed class HeaderedResult(IResult result, TimeSpan? retryAfter, string? location) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            if (retryAfter is { } wait)
            {
                httpContext.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            }

            if (location is not null)
            {
                httpContext.Response.Headers.Location = location;
            }

            return result.ExecuteAsync(httpContext);
        }
    }
}

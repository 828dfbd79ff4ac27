using Microsoft.AspNetCore.Http;
using Resilience.AspNetCore.Degradation;
using Resilience.Degradation;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Answers HTTP requests with the outcomes of degradable calls.</summary>
public static class DrOutcomeExtensions
{
    /// <summary>
    /// Answers with an outcome: 200 with the value as JSON, of the dependency or of a fallback; 202 with <c>Location</c>,
    /// <c>Retry-After</c> and the configured message when the request is queued; 503 as <c>application/problem+json</c> with
    /// <c>Retry-After</c> when nothing is left.
    /// </summary>
    /// <typeparam name="T">What the call returns.</typeparam>
    /// <param name="outcome">The outcome.</param>
    /// <param name="value">Answers with a value; JSON with 200 when null.</param>
    /// <param name="location">Where a queued request can be asked for, by its key; no <c>Location</c> when null.</param>
    /// <returns>The answer. It never repeats the error, which may name servers.</returns>
    /// <remarks>The header <c>Degraded</c> is written when the action answers, not here, so it is there whatever answer is made.</remarks>
    public static IResult ToHttpResult<T>(this Outcome<T> outcome, Func<T, IResult>? value = null, Func<string, string>? location = null) => outcome.Kind switch
    {
        OutcomeKind.Queued => OutcomeAnswers.Queued(outcome.Key!, outcome.Message, outcome.RetryAfter, location?.Invoke(outcome.Key!)),
        OutcomeKind.Failed => OutcomeAnswers.Failed(outcome.Service!, outcome.RetryAfter),
        _ => value?.Invoke(outcome.Value) ?? Results.Ok(outcome.Value),
    };
}

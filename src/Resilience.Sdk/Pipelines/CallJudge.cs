using Polly;
using Polly.Timeout;
using Resilience.Pipelines.Http;
using Resilience.Pipelines.Retry;

namespace Resilience.Pipelines;

/// <summary>Judges the outcome of a call of any kind: an HTTP response by its status, everything else by whether it threw.</summary>
internal static class CallJudge
{
    public static CallVerdict Of<T>(in Outcome<T> outcome, TimeProvider time)
    {
        if (outcome.Exception is { } exception)
        {
            return new CallVerdict(exception switch
            {
                // A pipeline inside this one refused: the dependency was not asked.
                ExecutionRejectedException and not TimeoutRejectedException => AttemptResult.Rejected,
                HttpRequestException => HttpVerdict.Of(exception),
                _ => AttemptResult.Failure,
            });
        }

        return outcome.Result is HttpResponseMessage response ? HttpVerdict.Of(response, time) : new CallVerdict(AttemptResult.Final);
    }

    public static void Discard<T>(in Outcome<T> outcome) => (outcome.Result as IDisposable)?.Dispose();
}

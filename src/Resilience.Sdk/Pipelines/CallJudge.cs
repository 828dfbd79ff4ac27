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

    /// <summary>Whether the application says that an exception is an answer of the dependency and no failure.</summary>
    /// <param name="exception">What the attempt threw; null when it did not.</param>
    /// <param name="shouldHandle">The application's word; null leaves it to <see cref="Of"/>. One that throws says nothing.</param>
    public static bool IsAnswer(Exception? exception, Func<Exception, bool>? shouldHandle)
    {
        if (shouldHandle is null || exception is null or ExecutionRejectedException)
        {
            return false;
        }

        try
        {
            return !shouldHandle(exception);
        }
#pragma warning disable CA1031 // The application's own code: the exception of the call is the one to be told of.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    public static void Discard<T>(in Outcome<T> outcome) => (outcome.Result as IDisposable)?.Dispose();
}

using System.Globalization;
using Polly;
using Resilience.Pipelines.Bulkhead;
using Resilience.Pipelines.Timeouts;

namespace Resilience.Pipelines.Http;

/// <summary>One HTTP request as a call.</summary>
internal readonly struct HttpCall(DependencyHandler handler, HttpRequestMessage request, RequestBody? body, bool isIdempotent, TimeProvider time, CancellationToken caller)
    : ICall<HttpResponseMessage>
{
    public CancellationToken Caller => caller;

    public CallPriority Priority => request.Options.TryGetValue(DependencyRequest.PriorityKey, out var priority) ? priority : CallPriority.Normal;

    public bool IsIdempotent => isIdempotent;

    public bool CanRepeat => body is null || body.CanRepeat;

    /// <summary>One request message cannot be sent by two attempts at once, so hedges send copies; a body that streams has none.</summary>
    public bool CanHedge => body is null;

    public async ValueTask<Outcome<HttpResponseMessage>> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        try
        {
            return Outcome.FromResult(await handler.SendOnceAsync(message, cancellationToken));
        }
#pragma warning disable CA1031 // A failure is an outcome.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Outcome.FromException<HttpResponseMessage>(exception);
        }
    }

    public ValueTask<Outcome<HttpResponseMessage>> AttemptAsync(int attempt, CancellationToken cancellationToken)
    {
        var message = attempt == 0 ? request : DependencyRequest.Copy(request);
        return SendAsync(message, cancellationToken);
    }

    public CallVerdict Judge(in Outcome<HttpResponseMessage> outcome) => CallJudge.Of(outcome, time);

    public void Discard(in Outcome<HttpResponseMessage> outcome) => outcome.Result?.Dispose();
}

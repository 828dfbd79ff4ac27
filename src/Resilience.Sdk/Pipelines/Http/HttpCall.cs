using System.Runtime.CompilerServices;
using Polly;
using Resilience.Pipelines.Bulkhead;

#pragma warning disable VSTHRD103 // Results are taken synchronously only from tasks that are completed: that is the fast path.

namespace Resilience.Pipelines.Http;

/// <summary>One HTTP request as a call.</summary>
/// <param name="handler">Sends it.</param>
/// <param name="request">The caller's own message: the first attempt.</param>
/// <param name="template">
/// A copy from before the first attempt, when hedging is on and the request may be hedged: what runs may be changed by the
/// handlers that send it, so it cannot be copied then.
/// </param>
/// <param name="isIdempotent">Whether it may be repeated.</param>
/// <param name="sendsDeadline">Whether the time left is sent along.</param>
/// <param name="time">The clock.</param>
/// <param name="caller">The caller's token.</param>
internal readonly struct HttpCall(
    DependencyHandler handler, HttpRequestMessage request, HttpRequestMessage? template, bool isIdempotent, bool sendsDeadline, TimeProvider time, CancellationToken caller)
    : ICall<HttpResponseMessage>
{
    public CancellationToken Caller => caller;

    public CallPriority Priority => request.Options.TryGetValue(DependencyRequest.Priority, out var priority) ? priority : CallPriority.Normal;

    public bool IsIdempotent => isIdempotent;

    public bool CanRepeat => request.Content is not RequestBody body || body.CanRepeat;

    /// <summary>One request message cannot be sent by two attempts at once, so hedges send copies.</summary>
    public bool CanHedge => template is not null;

    public ValueTask<Outcome<HttpResponseMessage>> AttemptAsync(int attempt, TimeSpan? limit, CancellationToken cancellationToken)
    {
        Task<HttpResponseMessage> sending;
        try
        {
            var message = attempt > 0 && RequestBody.IsShareable(request.Content) ? DependencyRequest.Copy(template ?? request) : request;
            if (sendsDeadline)
            {
                DependencyRequest.SetDeadline(message, limit);
            }

            sending = handler.SendOnceAsync(message, cancellationToken);
        }
#pragma warning disable CA1031 // A failure is an outcome.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return new(Outcome.FromException<HttpResponseMessage>(exception));
        }

        return sending.IsCompletedSuccessfully ? new(Outcome.FromResult(sending.GetAwaiter().GetResult())) : AwaitAsync(sending);
    }

    public CallVerdict Judge(in Outcome<HttpResponseMessage> outcome) => CallJudge.Of(outcome, time);

    public void Discard(in Outcome<HttpResponseMessage> outcome) => outcome.Result?.Dispose();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<Outcome<HttpResponseMessage>> AwaitAsync(Task<HttpResponseMessage> sending)
    {
        try
        {
            return Outcome.FromResult(await sending);
        }
#pragma warning disable CA1031 // A failure is an outcome.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Outcome.FromException<HttpResponseMessage>(exception);
        }
    }
}

using Polly;
using Resilience.Pipelines.Bulkhead;

namespace Resilience.Pipelines;

/// <summary>A callback of an ordinary Polly pipeline as a call. Polly's context is one per execution, so it is never hedged.</summary>
internal readonly struct PollyCall<TResult, TState>(
    Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context, TState state, TimeProvider time) : ICall<TResult>
{
    public CancellationToken Caller { get; } = context.CancellationToken;

    public CallPriority Priority => CallPriority.Normal;

    /// <summary>Whoever runs a callback through a pipeline with retry has said that it may be repeated.</summary>
    public bool IsIdempotent => true;

    public bool CanRepeat => true;

    public bool CanHedge => false;

    public ValueTask<Outcome<TResult>> AttemptAsync(int attempt, TimeSpan? limit, CancellationToken cancellationToken)
    {
        PollyContext.SetToken(context, cancellationToken);
        try
        {
            return callback(context, state);
        }
#pragma warning disable CA1031 // A failure is an outcome.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return new(Outcome.FromException<TResult>(exception));
        }
    }

    public CallVerdict Judge(in Outcome<TResult> outcome) => CallJudge.Of(outcome, time);

    public void Discard(in Outcome<TResult> outcome) => CallJudge.Discard(outcome);
}

using Polly;
using Resilience.Pipelines.Bulkhead;

namespace Resilience.Pipelines;

/// <summary>A delegate as a call. Whoever runs it through a pipeline with retry has said that it may be repeated.</summary>
internal readonly struct DelegateCall<T>(Func<CancellationToken, ValueTask<T>> work, TimeProvider time, CancellationToken caller) : ICall<T>
{
    public CancellationToken Caller => caller;

    public CallPriority Priority => CallPriority.Normal;

    public bool IsIdempotent => true;

    public bool CanRepeat => true;

    public bool CanHedge => true;

    public async ValueTask<Outcome<T>> AttemptAsync(int attempt, TimeSpan? limit, CancellationToken cancellationToken)
    {
        try
        {
            return Outcome.FromResult(await work(cancellationToken));
        }
#pragma warning disable CA1031 // A failure is an outcome.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Outcome.FromException<T>(exception);
        }
    }

    public CallVerdict Judge(in Outcome<T> outcome) => CallJudge.Of(outcome, time);

    public void Discard(in Outcome<T> outcome) => CallJudge.Discard(outcome);
}

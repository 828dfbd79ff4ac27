using Polly;
using Resilience.Pipelines;
using Resilience.Pipelines.Bulkhead;
using Resilience.Pipelines.Retry;

namespace Resilience.Sdk.Tests.Pipelines;

/// <summary>A call that succeeds at once and costs nothing itself.</summary>
internal readonly struct InstantCall : ICall<int>
{
    public CancellationToken Caller => default;

    public CallPriority Priority => CallPriority.Normal;

    public bool IsIdempotent => true;

    public bool CanRepeat => true;

    public bool CanHedge => true;

    public ValueTask<Outcome<int>> AttemptAsync(int attempt, TimeSpan? limit, CancellationToken cancellationToken) => new(Outcome.FromResult(42));

    public CallVerdict Judge(in Outcome<int> outcome) => new(AttemptResult.Final);

    public void Discard(in Outcome<int> outcome)
    {
        // Nothing is held.
    }
}

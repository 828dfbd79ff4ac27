using System.Threading.RateLimiting;
using Polly;

namespace Resilience.Sdk.Tests.Pipelines.Peers;

/// <summary>A concurrency limiter as a strategy; a call that gets no permit fails with <see cref="PeerRejectedException"/>.</summary>
internal sealed class PeerLimiter<T>(ConcurrencyLimiter limiter) : ResilienceStrategy<T>
{
    protected override async ValueTask<Outcome<T>> ExecuteCore<TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<T>>> callback, ResilienceContext context, TState state)
    {
        using var lease = await limiter.AcquireAsync(1, context.CancellationToken);
        return lease.IsAcquired ? await callback(context, state) : Outcome.FromException<T>(new PeerRejectedException());
    }
}

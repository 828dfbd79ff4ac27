using Polly;
using Resilience.Pipelines.Bulkhead;

namespace Resilience.Pipelines;

/// <summary>
/// One call of a dependency as the pipeline sees it. Implemented by structs, so that the pipeline is compiled for each
/// and the success path allocates nothing.
/// </summary>
/// <typeparam name="T">What the call returns.</typeparam>
internal interface ICall<T>
{
    /// <summary>The caller's own token: when it is cancelled, the outcome is nobody's fault.</summary>
    CancellationToken Caller { get; }

    CallPriority Priority { get; }

    /// <summary>True when acting twice does no harm, for example because the method is idempotent.</summary>
    bool IsIdempotent { get; }

    /// <summary>True when another attempt can send the same thing; false once a body is gone.</summary>
    bool CanRepeat { get; }

    /// <summary>True when two attempts may run at once.</summary>
    bool CanHedge { get; }

    /// <summary>Makes one attempt. Never throws: a failure is an outcome.</summary>
    /// <param name="attempt">Its number; 0 for the first.</param>
    /// <param name="limit">How long it may take; null without a limit.</param>
    /// <param name="cancellationToken">Cancelled then, or by the caller.</param>
    ValueTask<Outcome<T>> AttemptAsync(int attempt, TimeSpan? limit, CancellationToken cancellationToken);

    /// <summary>Judges an outcome that is neither the caller's cancellation nor a time-out of ours.</summary>
    CallVerdict Judge(in Outcome<T> outcome);

    /// <summary>Releases an outcome that nobody will see.</summary>
    void Discard(in Outcome<T> outcome);
}

using Resilience.Internal;

namespace Resilience.Pipelines.Timeouts;

/// <summary>One <see cref="CallDeadline"/> that has begun.</summary>
internal sealed class DeadlineScope(Deadline deadline, DeadlineScope? outer) : IDisposable
{
    private bool _ended;

    public Deadline Deadline => deadline;

    /// <summary>
    /// This scope or the nearest one around it that has not ended. Work that was started inside a scope and outlives it
    /// still holds it; were it bound for ever, a timer made during some request would have an expired deadline for good.
    /// </summary>
    public DeadlineScope? Open
    {
        get
        {
            var scope = this;
            while (scope is not null && Volatile.Read(ref scope._ended))
            {
                scope = scope.Outer;
            }

            return scope;
        }
    }

    private DeadlineScope? Outer => outer;

    public void Dispose()
    {
        Volatile.Write(ref _ended, true);
        CallDeadline.Leave();
    }
}

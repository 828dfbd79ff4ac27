using System.Collections.Concurrent;

namespace Resilience.Pipelines.CircuitBreaker;

/// <summary>Delivers transitions in their order, one at a time and outside of any lock, on the threads that made them.</summary>
/// <remarks>
/// A thread that finds another one delivering leaves its transitions to it. A callback that throws fails the call that
/// delivers it; what is left in the queue goes out with the next transition.
/// </remarks>
internal sealed class TransitionQueue(Action<BreakerTransition>? handler)
{
    private readonly ConcurrentQueue<BreakerTransition> _pending = new();
    private int _delivering;

    public void Enqueue(BreakerTransition transition)
    {
        if (handler is not null)
        {
            _pending.Enqueue(transition);
        }
    }

    public void Deliver()
    {
        while (!_pending.IsEmpty && Interlocked.CompareExchange(ref _delivering, 1, 0) == 0)
        {
            try
            {
                while (_pending.TryDequeue(out var transition))
                {
                    handler!(transition);
                }
            }
            finally
            {
                // A full fence: the queue must be looked at again only after others can see that nobody delivers.
                Interlocked.Exchange(ref _delivering, 0);
            }
        }
    }
}

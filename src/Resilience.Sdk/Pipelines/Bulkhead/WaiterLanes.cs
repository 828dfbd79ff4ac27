namespace Resilience.Pipelines.Bulkhead;

/// <summary>The queue: a lane per priority, each first in, first out. Guarded by the limiter's lock.</summary>
internal sealed class WaiterLanes
{
    private readonly (Waiter? Oldest, Waiter? Newest)[] _lanes = new (Waiter?, Waiter?)[3];

    public int Count { get; private set; }

    public void Add(Waiter waiter)
    {
        ref var lane = ref _lanes[Lane(waiter.Priority)];
        waiter.Previous = lane.Newest;
        if (lane.Newest is { } newest)
        {
            newest.Next = waiter;
        }
        else
        {
            lane.Oldest = waiter;
        }

        lane.Newest = waiter;
        waiter.State = WaiterState.Queued;
        Count++;
    }

    /// <summary>Takes out and settles the waiter whose turn it is: of the highest priority the oldest.</summary>
    public Waiter? TakeNext()
    {
        for (var i = _lanes.Length - 1; i >= 0; i--)
        {
            if (_lanes[i].Oldest is { } oldest)
            {
                Remove(oldest);
                return oldest;
            }
        }

        return null;
    }

    /// <summary>Takes out and settles the waiter that matters least, if it matters less than the given priority: of the lowest priority the newest.</summary>
    public Waiter? TakeLeastBelow(CallPriority priority)
    {
        var least = LeastBelow(priority);
        if (least is not null)
        {
            Remove(least);
        }

        return least;
    }

    public bool HasBelow(CallPriority priority) => LeastBelow(priority) is not null;

    /// <summary>Takes out and settles.</summary>
    public void Remove(Waiter waiter)
    {
        ref var lane = ref _lanes[Lane(waiter.Priority)];
        if (waiter.Previous is { } previous)
        {
            previous.Next = waiter.Next;
        }
        else
        {
            lane.Oldest = waiter.Next;
        }

        if (waiter.Next is { } next)
        {
            next.Previous = waiter.Previous;
        }
        else
        {
            lane.Newest = waiter.Previous;
        }

        waiter.Next = waiter.Previous = null;
        waiter.State = WaiterState.Settled;
        Count--;
    }

    private Waiter? LeastBelow(CallPriority priority)
    {
        for (var i = 0; i < Lane(priority); i++)
        {
            if (_lanes[i].Newest is { } newest)
            {
                return newest;
            }
        }

        return null;
    }

    private static int Lane(CallPriority priority) => priority - CallPriority.Low;
}

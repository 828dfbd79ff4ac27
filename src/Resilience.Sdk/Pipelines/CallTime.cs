namespace Resilience.Pipelines;

/// <summary>The time a call has: its own total time-out or what its caller has left, whichever ends first.</summary>
internal readonly struct CallTime
{
    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly TimeSpan? _limit;

    public CallTime(TimeProvider time, long began, TimeSpan? total, TimeSpan? callers)
    {
        _time = time;
        _began = began;
        _limit = total is { } own && !(callers < own) ? own : callers ?? total;
    }

    /// <summary>What is left; null without a limit.</summary>
    public TimeSpan? Remaining => _limit is { } limit ? limit - _time.GetElapsedTime(_began) : null;

    public bool IsExpired => Remaining <= TimeSpan.Zero;

    /// <summary>How long an attempt may take that begins at a timestamp.</summary>
    public TimeSpan? AttemptLimit(TimeSpan? attempt, long now)
    {
        if (_limit is not { } limit)
        {
            return attempt;
        }

        var left = limit - _time.GetElapsedTime(_began, now);
        return attempt < left ? attempt : left;
    }
}

namespace Resilience.Internal;

/// <summary>
/// Time since this clock was made, from a source that never jumps. All moments of one dependency come from one clock,
/// so that they can be compared; wall-clock time is only for people.
/// </summary>
internal sealed class MonotonicClock(TimeProvider time)
{
    private readonly long _origin = time.GetTimestamp();

    public TimeProvider Time { get; } = time;

    public TimeSpan Now => Time.GetElapsedTime(_origin);
}

namespace Resilience.Sdk.Tests.Pipelines.Timeouts;

/// <summary>A clock that lets a test act at the very moment in which the code under test reads it.</summary>
internal sealed class InterruptingTimeProvider(TimeProvider time) : TimeProvider
{
    private Action? _action;
    private int _readings;

    public override long TimestampFrequency => time.TimestampFrequency;

    /// <summary>Acts after the reading with that number from now on, counted from 1.</summary>
    public void Interrupt(int reading, Action action) => (_readings, _action) = (reading, action);

    public override long GetTimestamp()
    {
        var now = time.GetTimestamp();
        if (_action is { } action && --_readings == 0)
        {
            _action = null;
            action();
        }

        return now;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);
}

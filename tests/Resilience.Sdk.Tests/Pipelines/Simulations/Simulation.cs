using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Pipelines.Simulations;

/// <summary>
/// Runs asynchronous code on one thread and a clock that stands still, in one order: whatever a timer sets free runs to its
/// next wait before the next timer fires. So a simulation of thousands of calls is repeatable from its seed.
/// </summary>
/// <remarks>
/// Timers fire without a synchronization context, so that what awaits without one goes on in place; what captured this one
/// comes into its queue, which is emptied after each timer and each <see cref="Run"/>.
/// </remarks>
internal sealed class Simulation : TimeProvider
{
    private readonly ManualTimeProvider _clock = new();
    private readonly Queued _context = new();

    public TimeSpan Now => _clock.GetElapsedTime(0);

    public override long TimestampFrequency => _clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _clock.GetUtcNow();

    public override long GetTimestamp() => _clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _clock.CreateTimer(
        value =>
        {
            callback(value);
            _context.Empty();
        },
        state,
        dueTime,
        period);

    /// <summary>Moves the clock to a moment; timers fire on the way.</summary>
    public void MoveTo(TimeSpan moment)
    {
        // The test runner has a context of its own.
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        _clock.Advance(moment - Now);
        SynchronizationContext.SetSynchronizationContext(outer);
    }

    /// <summary>Runs something now, and all that follows from it now.</summary>
    public void Run(Action action)
    {
        _context.Post(static run => ((Action)run!)(), action);
        _context.Empty();
    }

    private sealed class Queued : SynchronizationContext
    {
        private readonly Queue<(SendOrPostCallback Callback, object? State)> _queue = new();
        private readonly int _thread = Environment.CurrentManagedThreadId;
        private bool _emptying;

        public override void Post(SendOrPostCallback d, object? state)
        {
            Assert.Equal(_thread, Environment.CurrentManagedThreadId);
            _queue.Enqueue((d, state));
        }

        public void Empty()
        {
            Assert.Equal(_thread, Environment.CurrentManagedThreadId);
            if (_emptying)
            {
                return;
            }

            var outer = Current;
            SetSynchronizationContext(this);
            _emptying = true;
            while (_queue.TryDequeue(out var next))
            {
                next.Callback(next.State);
            }

            _emptying = false;
            SetSynchronizationContext(outer);
        }
    }
}

using Resilience.Pipelines.Timeouts;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Pipelines.Timeouts;

/// <summary>Timers that fire, attempts that end and threads that do both at once.</summary>
public sealed class AttemptTimersRaceTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private readonly ManualTimeProvider _time = new();
    private readonly AttemptTimers _timers;

    public AttemptTimersRaceTests() => _timers = new AttemptTimers(_time);

    [Fact]
    public void Dispose_InsideACancellationCallback_DoesNotBlockNorReuse()
    {
        using var caller = new CancellationTokenSource();
        var lease = _timers.Start(Second, caller.Token);
        lease.Token.Register(lease.Dispose);

        caller.Cancel();

        using var next = _timers.Start(Second, CancellationToken.None);
        Assert.False(next.Token.IsCancellationRequested);
    }

    // The time-out finds its attempt due, and before it can act the attempt ends and another begins with the same source.
    [Fact]
    public void OnTimer_AttemptIsReplacedMeanwhile_NextLivesAndHasATimer()
    {
        var time = new InterruptingTimeProvider(_time);
        var timers = new AttemptTimers(time);
        var first = timers.Start(Second, CancellationToken.None);
        var second = default(AttemptLease);
        time.Interrupt(reading: 1, () =>
        {
            first.Dispose();
            second = timers.Start(Second, CancellationToken.None);
        });

        _time.Advance(Second);

        Assert.Equal(first.Token, second.Token);
        Assert.Equal(AttemptEnd.None, second.End);
        Assert.False(second.Token.IsCancellationRequested);
        _time.Advance(Second);
        Assert.Equal(AttemptEnd.TimedOut, second.End);
        second.Dispose();
    }

    // The time-out strikes, and before the caller's thread sees it, the attempt is over.
    [Fact]
    public void OnTimer_AttemptEndsMeanwhile_SourceIsNotCancelled()
    {
        var time = new InterruptingTimeProvider(_time);
        var timers = new AttemptTimers(time);
        var first = timers.Start(Second, CancellationToken.None);
        time.Interrupt(reading: 1, first.Dispose);

        _time.Advance(Second);

        Assert.False(first.Token.IsCancellationRequested);
        using var second = timers.Start(Second, CancellationToken.None);
        Assert.Equal(first.Token, second.Token);
    }

    [Fact]
    public async Task Start_ManyThreadsAndRealTime_NoneIsCancelledForAnother()
    {
        var timers = new AttemptTimers(TimeProvider.System);
        var start = TimeProvider.System.GetTimestamp();
        var (timedOut, callers, wrong) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(thread => Task.Run(async () =>
        {
            var random = new Random(thread);
            while (TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(2)
                || ((Volatile.Read(ref timedOut) <= 100 || Volatile.Read(ref callers) <= 100) && TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(30)))
            {
                // A busy machine needs longer for as many.
                // Half of the attempts end right when their time-out or their caller's cancellation strikes; the others
                // are patient, reuse those sources, and must see nothing of it.
                using var caller = new CancellationTokenSource();
                using var lease = timers.Start(random.Next(2) == 0 ? TimeSpan.FromMilliseconds(random.Next(1, 3)) : TimeSpan.FromMinutes(1), caller.Token);
                var begun = TimeProvider.System.GetTimestamp();
                var work = TimeSpan.FromMicroseconds(random.Next(2200));
                var cancelling = random.Next(8) == 0 ? Task.Run(caller.Cancel) : Task.CompletedTask;
                while (TimeProvider.System.GetElapsedTime(begun) < work && !lease.Token.IsCancellationRequested)
                {
                    // Gives the processor to timers and cancellations, which need it to strike.
                    await Task.Yield();
                }

                switch (lease.End)
                {
                    case AttemptEnd.TimedOut:
                        Interlocked.Increment(ref timedOut);
                        Interlocked.Add(ref wrong, TimeProvider.System.GetElapsedTime(begun) > TimeSpan.FromSeconds(30) ? 1 : 0);
                        break;
                    case AttemptEnd.CallerCancelled:
                        Interlocked.Increment(ref callers);
                        Interlocked.Add(ref wrong, cancelling == Task.CompletedTask ? 1 : 0);
                        break;
                    default:
                        break;
                }

                lease.Dispose();
                await cancelling;
            }
        })));

        Assert.Equal(0, wrong);
        Assert.True(timedOut > 100 && callers > 100, $"{timedOut} time-outs and {callers} cancellations are too few to prove anything");
    }
}

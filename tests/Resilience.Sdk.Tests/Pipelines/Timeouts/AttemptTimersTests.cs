using Resilience.Pipelines.Timeouts;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Pipelines.Timeouts;

/// <summary>The races of one pooled timer, each with its mirror image beside it; hence the length.</summary>
public sealed class AttemptTimersTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private readonly ManualTimeProvider _time = new();
    private readonly AttemptTimers _timers;

    public AttemptTimersTests() => _timers = new AttemptTimers(_time);

    [Fact]
    public void Start_TimeComes_CancelsThenAndNotBefore()
    {
        using var lease = _timers.Start(Second, CancellationToken.None);
        _time.Advance(Second - Tick);
        Assert.False(lease.Token.IsCancellationRequested);
        Assert.Equal(AttemptEnd.None, lease.End);

        _time.Advance(Tick);

        Assert.True(lease.Token.IsCancellationRequested);
        Assert.Equal(AttemptEnd.TimedOut, lease.End);
    }

    [Fact]
    public void Start_CallerCancels_CancelsAndSaysSo()
    {
        using var caller = new CancellationTokenSource();
        using var lease = _timers.Start(Second, caller.Token);

        caller.Cancel();
        _time.Advance(Second);

        Assert.True(lease.Token.IsCancellationRequested);
        Assert.Equal(AttemptEnd.CallerCancelled, lease.End);
    }

    [Fact]
    public void Start_CallerCancelsAfterTheTimeOut_RemainsTimedOut()
    {
        using var caller = new CancellationTokenSource();
        using var lease = _timers.Start(Second, caller.Token);

        _time.Advance(Second);
        caller.Cancel();

        Assert.Equal(AttemptEnd.TimedOut, lease.End);
    }

    [Fact]
    public void Start_CallerCancelledBefore_IsCancelledAtOnce()
    {
        using var lease = _timers.Start(Second, new CancellationToken(canceled: true));

        Assert.True(lease.Token.IsCancellationRequested);
        Assert.Equal(AttemptEnd.CallerCancelled, lease.End);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(-5000)]
    public void Start_NoTimeLeft_TimesOutAtOnce(int milliseconds)
    {
        using var lease = _timers.Start(TimeSpan.FromMilliseconds(milliseconds), CancellationToken.None);

        Assert.True(lease.Token.IsCancellationRequested);
        Assert.Equal(AttemptEnd.TimedOut, lease.End);
    }

    [Fact]
    public void Start_WithoutTimeOut_SetsNoTimerAndStillHearsTheCaller()
    {
        using var caller = new CancellationTokenSource();
        using var lease = _timers.Start(null, caller.Token);
        Assert.Empty(_time.Timers);

        caller.Cancel();

        Assert.Equal(AttemptEnd.CallerCancelled, lease.End);
    }

    [Fact]
    public void Start_AfterASuccess_TakesTheSameSourceAndLeavesItsTimerAlone()
    {
        var first = _timers.Start(Second, CancellationToken.None);
        var token = first.Token;
        first.Dispose();
        _time.Advance(Second / 2);

        using var second = _timers.Start(Second, CancellationToken.None);

        Assert.Equal(token, second.Token);
        Assert.Equal([Second / 2], _time.Timers);
        _time.Advance(Second - Tick);
        Assert.False(second.Token.IsCancellationRequested);
        _time.Advance(Tick);
        Assert.Equal(AttemptEnd.TimedOut, second.End);
    }

    [Fact]
    public void Start_ShorterThanTheOneBefore_IsNotLate()
    {
        _timers.Start(TimeSpan.FromMinutes(1), CancellationToken.None).Dispose();
        using var lease = _timers.Start(Second, CancellationToken.None);

        _time.Advance(Second);

        Assert.Equal(AttemptEnd.TimedOut, lease.End);
    }

    [Fact]
    public void Dispose_Idle_TimerFiresOnceMoreAndThenRests()
    {
        var lease = _timers.Start(Second, CancellationToken.None);
        lease.Dispose();
        _time.Advance(Second);
        Assert.Empty(_time.Timers);

        using var next = _timers.Start(Second, CancellationToken.None);
        Assert.Equal(lease.Token, next.Token);
        _time.Advance(Second);
        Assert.Equal(AttemptEnd.TimedOut, next.End);
    }

    [Fact]
    public void Dispose_AfterTheTimeOut_SourceIsNotUsedAgain()
    {
        var first = _timers.Start(Second, CancellationToken.None);
        _time.Advance(Second);
        first.Dispose();

        using var second = _timers.Start(Second, CancellationToken.None);

        Assert.NotEqual(first.Token, second.Token);
        Assert.False(second.Token.IsCancellationRequested);
    }

    [Fact]
    public void Dispose_CallerCancelsLater_NextAttemptIsUntouched()
    {
        using var caller = new CancellationTokenSource();
        _timers.Start(Second, caller.Token).Dispose();
        using var next = _timers.Start(Second, CancellationToken.None);

        caller.Cancel();

        Assert.False(next.Token.IsCancellationRequested);
    }

    [Fact]
    public void Dispose_CallbackOfAnEarlierAttempt_IsNotCalledForTheNext()
    {
        var called = false;
        var first = _timers.Start(Second, CancellationToken.None);
        first.Token.Register(() => called = true);
        first.Dispose();
        using var next = _timers.Start(Second, CancellationToken.None);

        _time.Advance(Second);

        Assert.Equal((AttemptEnd.TimedOut, false), (next.End, called));
    }

    [Fact]
    public void Dispose_TwiceOrOfACopy_DoesNotEndTheNext()
    {
        var first = _timers.Start(Second, CancellationToken.None);
        var copy = first;
        first.Dispose();
        using var next = _timers.Start(Second, CancellationToken.None);
        copy.Dispose();
        first.Dispose();
        using var third = _timers.Start(Second, CancellationToken.None);

        Assert.NotEqual(next.Token, third.Token);
        _time.Advance(Second);
        Assert.Equal(AttemptEnd.TimedOut, next.End);
    }

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
    public void Start_FractionOfAMillisecond_IsNeverEarlyAndAtMostATickLate()
    {
        const int Seed = 5;
        var random = new Random(Seed);
        for (var i = 0; i < 2000; i++)
        {
            var timeout = TimeSpan.FromTicks(random.Next(1, 50_000));
            using var lease = _timers.Start(timeout, CancellationToken.None);
            _time.Advance(timeout - TimeSpan.FromTicks(1));
            Assert.False(lease.Token.IsCancellationRequested, $"seed {Seed}: {timeout} came early");
            _time.Advance(Tick + TimeSpan.FromTicks(1));
            Assert.True(lease.Token.IsCancellationRequested, $"seed {Seed}: {timeout} came late");
        }
    }

    // Random attempts over each other on one clock, each against its own arithmetic.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Start_RandomSchedules_EveryAttemptEndsAsComputed(int seed)
    {
        var random = new Random(seed);
        var running = new List<(AttemptLease Lease, CancellationTokenSource Caller, TimeSpan Due, bool Cancelled)>();
        var now = TimeSpan.Zero;
        for (var step = 0; step < 20_000; step++)
        {
            switch (random.Next(4))
            {
                case 0:
                    var caller = new CancellationTokenSource();
                    var timeout = TimeSpan.FromMilliseconds(random.Next(1, 200));
                    running.Add((_timers.Start(timeout, caller.Token), caller, now + timeout, false));
                    break;
                case 1 when running.Count > 0:
                    var ended = random.Next(running.Count);
                    running[ended].Lease.Dispose();
                    running.RemoveAt(ended);
                    break;
                case 2 when running.Count > 0 && random.Next(5) == 0:
                    var index = random.Next(running.Count);
                    running[index].Caller.Cancel();
                    running[index] = running[index] with { Cancelled = running[index].Cancelled || now < running[index].Due };
                    break;
                default:
                    var by = TimeSpan.FromMilliseconds(random.Next(10));
                    _time.Advance(by);
                    now += by;
                    break;
            }

            foreach (var (lease, _, due, cancelled) in running)
            {
                var expected = cancelled ? AttemptEnd.CallerCancelled : now >= due ? AttemptEnd.TimedOut : AttemptEnd.None;
                Assert.True(expected == lease.End && lease.Token.IsCancellationRequested == (expected != AttemptEnd.None), $"seed {seed}, step {step}: {lease.End} instead of {expected}");
            }
        }
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

    [Fact]
    public void StartAndDispose_SteadyState_AllocatesNothing()
    {
        var timers = new AttemptTimers(TimeProvider.System);
        using var caller = new CancellationTokenSource();
        Run(timers, caller.Token);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Run(timers, caller.Token);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void StartAndDispose_ManyAtATime_AllocatesNothing()
    {
        var leases = new AttemptLease[500];
        for (var round = 0; round < 3; round++)
        {
            Fill();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Fill();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Fill()
        {
            foreach (ref var lease in leases.AsSpan())
            {
                lease = _timers.Start(Second, CancellationToken.None);
            }

            foreach (ref var lease in leases.AsSpan())
            {
                lease.Dispose();
            }
        }
    }

    [Fact]
    public void Start_AmbientValues_AreNotKept()
    {
        using (CallDeadline.Begin(Second, _time))
        {
            _timers.Start(Second, CancellationToken.None).Dispose();
        }

        using var lease = _timers.Start(Second, CancellationToken.None);
        var seen = TimeSpan.MaxValue as TimeSpan?;
        lease.Token.UnsafeRegister(_ => seen = CallDeadline.Remaining, null);
        _time.Advance(Second);

        Assert.Null(seen);
    }

    private static void Run(AttemptTimers timers, CancellationToken caller)
    {
        for (var i = 0; i < 10_000; i++)
        {
            using var lease = timers.Start(TimeSpan.FromSeconds(10), caller);
        }
    }
}

using Resilience.Pipelines.Timeouts;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Pipelines.Timeouts;

/// <summary>One pooled timer: what starts it, what ends it, and what it leaves behind.</summary>
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

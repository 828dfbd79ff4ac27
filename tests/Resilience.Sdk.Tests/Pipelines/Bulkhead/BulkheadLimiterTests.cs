using Resilience.Pipelines.Bulkhead;
using Resilience.TestKit;
using static Resilience.Pipelines.Bulkhead.CallPriority;

namespace Resilience.Sdk.Tests.Pipelines.Bulkhead;

public sealed class BulkheadLimiterTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(100);
    private static readonly BulkheadOptions One = new() { PermitLimit = 1, QueueLimit = 3 };
    private readonly ManualTimeProvider _time = new();
    private readonly List<string> _order = [];

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(3, 8)]
    [InlineData(100, 4)]
    public void TryAcquire_TakesExactlyTheLimit(int limit, int stripes)
    {
        var limiter = new BulkheadLimiter(One with { PermitLimit = limit }, _time, stripes);

        Assert.Equal(limit, Enumerable.Range(0, limit + 10).Count(_ => limiter.TryAcquire()));
        Assert.Equal(new LimiterSnapshot(limit, limit, 0, 0), limiter.Snapshot());

        limiter.Release();
        Assert.True(limiter.TryAcquire());
        Assert.False(limiter.TryAcquire());
    }

    [Fact]
    public void Acquire_ServesHigherPrioritiesFirst_AndEachInOrder()
    {
        var limiter = Full(One with { QueueLimit = 10 });
        var waiters = new[] { (Low, "low 1"), (Normal, "normal 1"), (Critical, "critical 1"), (Low, "low 2"), (Critical, "critical 2"), (Normal, "normal 2") }
            .Select(call => (call.Item2, Task: limiter.AcquireAsync(call.Item1, Wait, default).AsTask()))
            .ToList();

        for (var i = 0; i < 6; i++)
        {
            limiter.Release();
            NoteCompleted(waiters);
            Assert.Equal(i + 1, _order.Count);
        }

        Assert.Equal(["critical 1", "critical 2", "normal 1", "normal 2", "low 1", "low 2"], _order);
        Assert.Equal(new LimiterSnapshot(1, 1, 0, 0), limiter.Snapshot());
        Assert.Empty(_time.Timers);
    }

    [Fact]
    public async Task Acquire_WithFullQueue_ShedsTheNewestOfTheLowest()
    {
        var limiter = Full(One);
        var first = limiter.AcquireAsync(Low, Wait, default).AsTask();
        var second = limiter.AcquireAsync(Low, Wait, default).AsTask();
        var third = limiter.AcquireAsync(Normal, Wait, default).AsTask();

        Assert.False(await limiter.AcquireAsync(Low, Wait, default), "the newcomer is the lowest itself");
        Assert.False(limiter.AcquireAsync(Critical, Wait, default).AsTask().IsCompleted);
        Assert.False(await second);
        Assert.False(limiter.AcquireAsync(Normal, Wait, default).AsTask().IsCompleted);
        Assert.False(await first);
        Assert.False(await limiter.AcquireAsync(Normal, Wait, default), "an equal is not shed");
        Assert.False(limiter.AcquireAsync(Critical, Wait, default).AsTask().IsCompleted);

        Assert.False(third.IsCompleted, "the newest of the lane goes first");
        Assert.Equal(new LimiterSnapshot(1, 1, 3, 5), limiter.Snapshot());
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(3, 0)]
    [InlineData(3, -1)]
    public void Acquire_WithNothingToWaitFor_RefusesAtOnce(int queueLimit, int waitMilliseconds)
    {
        var limiter = Full(One with { QueueLimit = queueLimit });

        var call = limiter.AcquireAsync(Critical, TimeSpan.FromMilliseconds(waitMilliseconds), default).AsTask();

        Assert.True(call is { IsCompletedSuccessfully: true, Result: false });
        Assert.Equal(1, limiter.Snapshot().Rejected);
    }

    [Fact]
    public void Acquire_WaitsNoLongerThanTold()
    {
        var limiter = Full(One);
        var brief = limiter.AcquireAsync(Normal, TimeSpan.FromMilliseconds(50), default).AsTask();
        var patient = limiter.AcquireAsync(Normal, TimeSpan.MaxValue, default).AsTask();

        _time.Advance(TimeSpan.FromMilliseconds(49));
        Assert.False(brief.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(brief is { IsCompletedSuccessfully: true, Result: false });

        limiter.Release();
        Assert.True(patient is { IsCompletedSuccessfully: true, Result: true });
        Assert.Equal(new LimiterSnapshot(1, 1, 0, 1), limiter.Snapshot());
    }

    [Fact]
    public void Acquire_Cancelled_LeavesTheQueueAndTakesNothing()
    {
        using var source = new CancellationTokenSource();
        var limiter = Full(One);
        var cancelled = limiter.AcquireAsync(Critical, Wait, source.Token).AsTask();
        var next = limiter.AcquireAsync(Low, Wait, default).AsTask();

        source.Cancel();
        Assert.True(cancelled.IsCanceled);
        Assert.True(limiter.AcquireAsync(Low, Wait, source.Token).AsTask().IsCanceled);

        limiter.Release();
        Assert.True(next.IsCompletedSuccessfully);
        Assert.Equal(new LimiterSnapshot(1, 1, 0, 0), limiter.Snapshot());
    }

    [Fact]
    public void Acquire_GrantedBeforeCancelled_KeepsThePermit()
    {
        using var source = new CancellationTokenSource();
        var limiter = Full(One);
        var granted = limiter.AcquireAsync(Normal, Wait, source.Token).AsTask();

        limiter.Release();
        source.Cancel();
        _time.Advance(Wait);

        Assert.True(granted.IsCompletedSuccessfully);
        Assert.Equal(1, limiter.Snapshot().InUse);
        limiter.Release();
        Assert.Equal(0, limiter.Snapshot().InUse);
    }

    [Fact]
    public void TryAcquire_DoesNotOvertakeWaiters()
    {
        var limiter = Full(One);
        var waiters = Enumerable.Range(0, 3).Select(_ => limiter.AcquireAsync(Low, Wait, default).AsTask()).ToList();

        foreach (var waiter in waiters)
        {
            limiter.Release();
            Assert.False(limiter.TryAcquire());
            Assert.True(waiter.IsCompletedSuccessfully);
        }
    }

    [Fact]
    public void Apply_HigherLimit_AdmitsWaitersAtOnce()
    {
        var limiter = Full(One);
        var waiters = Enumerable.Range(0, 3).Select(_ => limiter.AcquireAsync(Normal, Wait, default).AsTask()).ToList();

        limiter.Apply(One with { PermitLimit = 3 });

        Assert.Equal([true, true, false], waiters.Select(waiter => waiter.IsCompletedSuccessfully));
        Assert.Equal(new LimiterSnapshot(3, 3, 1, 0), limiter.Snapshot());
    }

    [Fact]
    public void Apply_LowerLimit_WaitsForThePermitsThatAreOut()
    {
        var limiter = new BulkheadLimiter(One with { PermitLimit = 10 }, _time);
        Assert.All(Enumerable.Range(0, 6), _ => Assert.True(limiter.TryAcquire()));

        limiter.Apply(One with { PermitLimit = 4 });
        Assert.Equal(new LimiterSnapshot(4, 6, 0, 0), limiter.Snapshot());
        var waiter = limiter.AcquireAsync(Critical, Wait, default).AsTask();

        limiter.Release();
        limiter.Release();
        Assert.False(waiter.IsCompleted);
        Assert.Equal(4, limiter.Snapshot().InUse);
        limiter.Release();
        Assert.True(waiter.IsCompletedSuccessfully);

        limiter.Apply(One with { PermitLimit = 2 });
        limiter.Apply(One with { PermitLimit = 5 });
        Assert.True(limiter.TryAcquire());
        Assert.False(limiter.TryAcquire());
        Assert.Equal(new LimiterSnapshot(5, 5, 0, 0), limiter.Snapshot());
    }

    [Fact]
    public void Apply_DisabledAndEnabledAgain_CountsTheCallsInBetween()
    {
        var limiter = Full(One);
        limiter.Apply(One with { Enabled = false });
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.True(limiter.TryAcquire()));

        limiter.Apply(One);
        Assert.Equal(1001, limiter.Snapshot().InUse);
        for (var i = 0; i < 1001; i++)
        {
            Assert.False(limiter.TryAcquire());
            limiter.Release();
        }

        Assert.True(limiter.TryAcquire());
        Assert.False(limiter.TryAcquire());
    }

    [Fact]
    public void Apply_Adaptive_BeginsWithThePermitLimitAndKeepsWhatItKnowsWithinNewBounds()
    {
        var adaptive = new BulkheadOptions { Mode = BulkheadMode.Adaptive, PermitLimit = 40 };
        var limiter = new BulkheadLimiter(adaptive, _time);
        Assert.Equal(40, limiter.Snapshot().Limit);

        Assert.True(limiter.TryAcquire());
        limiter.Release(PermitOutcome.Overloaded, _time.GetTimestamp(), _time.GetTimestamp());
        Assert.Equal(36, limiter.Snapshot().Limit);

        limiter.Apply(adaptive with { QueueLimit = 5 });
        Assert.Equal(36, limiter.Snapshot().Limit);
        limiter.Apply(adaptive with { PermitLimit = 20, MaxLimit = 20 });
        Assert.Equal(20, limiter.Snapshot().Limit);
        limiter.Apply(adaptive with { Mode = BulkheadMode.Fixed, PermitLimit = 7 });
        Assert.Equal(7, limiter.Snapshot().Limit);
        limiter.Apply(adaptive);
        Assert.Equal(40, limiter.Snapshot().Limit);
    }

    [Fact]
    public void Release_Overloaded_CutsOncePerCallDuration()
    {
        var limiter = new BulkheadLimiter(new BulkheadOptions { Mode = BulkheadMode.Adaptive, MaxLimit = 100 }, _time);
        for (var i = 0; i < 20; i++)
        {
            Assert.True(limiter.TryAcquire());
            var startedAt = _time.GetTimestamp();
            _time.Advance(TimeSpan.FromMilliseconds(20));
            limiter.Release(PermitOutcome.Answered, startedAt, _time.GetTimestamp());
        }

        Assert.Equal(0.02, limiter.Adaptive!.Value.BaselineRtt, 6);
        for (var i = 0; i < 50; i++)
        {
            Assert.True(limiter.TryAcquire());
            limiter.Release(PermitOutcome.Overloaded, _time.GetTimestamp(), _time.GetTimestamp());
        }

        Assert.Equal(90, limiter.Snapshot().Limit);
        _time.Advance(TimeSpan.FromMilliseconds(20));
        Assert.True(limiter.TryAcquire());
        limiter.Release(PermitOutcome.Overloaded, _time.GetTimestamp(), _time.GetTimestamp());
        Assert.Equal(81, limiter.Snapshot().Limit);
    }

    private BulkheadLimiter Full(BulkheadOptions options)
    {
        var limiter = new BulkheadLimiter(options, _time);
        while (limiter.TryAcquire())
        {
        }

        return limiter;
    }

    private void NoteCompleted(List<(string Name, Task<bool> Task)> waiters)
    {
        foreach (var waiter in waiters.Where(waiter => waiter.Task.IsCompletedSuccessfully).ToList())
        {
            _order.Add(waiter.Name);
            waiters.Remove(waiter);
        }
    }
}

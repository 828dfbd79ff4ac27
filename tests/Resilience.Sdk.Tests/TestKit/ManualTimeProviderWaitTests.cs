using Resilience.TestKit;

namespace Resilience.Tests.TestKit;

/// <summary>What waits for the manual clock: tasks, tokens, loops and other threads.</summary>
public sealed class ManualTimeProviderWaitTests
{
    private static readonly TimeSpan Never = Timeout.InfiniteTimeSpan;
    private static readonly DateTimeOffset Start = new(2030, 5, 6, 7, 8, 9, TimeSpan.Zero);

    private readonly ManualTimeProvider _clock = new(Start);

    [Fact]
    public async Task Callback_OtherThreadUsesTheClockMeanwhile_IsNotBlocked()
    {
        using var inCallback = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        using var timer = _clock.CreateTimer(_ =>
        {
            inCallback.Set();
            release.Wait();
        }, null, Seconds(1), Never);

        var advancing = Task.Run(() => _clock.Advance(Seconds(2)));
        inCallback.Wait();
        var use = Task.Run(() =>
        {
            using var other = _clock.CreateTimer(_ => { }, null, Seconds(1), Never);
            other.Change(Seconds(2), Never);
            return _clock.GetUtcNow();
        });

        Assert.Equal(Start + Seconds(1), await use.WaitAsync(Seconds(10)));
        release.Set();
        await advancing.WaitAsync(Seconds(10));
    }

    [Fact]
    public async Task Advance_FromManyThreads_AddsUpAndLosesNoTick()
    {
        var ticks = 0;
        using var timer = _clock.CreateTimer(_ => ticks++, null, Seconds(1), Seconds(1));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                _clock.Advance(Seconds(1));
            }
        })));

        Assert.Equal(800, ticks);
        Assert.Equal(Start + Seconds(800), _clock.GetUtcNow());
    }

    [Fact]
    public async Task TaskDelay_CompletesAtItsDueTime()
    {
        var delay = Task.Delay(Seconds(10), _clock);
        _clock.Advance(Seconds(9));
        Assert.False(delay.IsCompleted);

        _clock.Advance(Seconds(1));

        await delay.WaitAsync(Seconds(10));
    }

    [Fact]
    public async Task CancellationTokenSource_CancelsAtItsDueTime()
    {
        using var source = new CancellationTokenSource(Seconds(3), _clock);
        var endless = Task.Delay(Never, _clock, source.Token);

        _clock.Advance(Seconds(3));

        Assert.True(source.IsCancellationRequested);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => endless);
    }

    [Fact]
    public async Task SystemPeriodicTimer_TicksOncePerPeriod()
    {
        using var timer = new PeriodicTimer(Seconds(5), _clock);
        var tick = timer.WaitForNextTickAsync().AsTask();
        Assert.False(tick.IsCompleted);

        _clock.Advance(Seconds(5));

        Assert.True(await tick.WaitAsync(Seconds(10)));
    }

    [Fact]
    public async Task WhenTimersReach_CodeArmsItLater_CompletesThen()
    {
        var waiting = _clock.WhenTimersReach(2);
        using var first = _clock.CreateTimer(_ => { }, null, Seconds(1), Never);
        Assert.False(waiting.IsCompleted);
        using var never = _clock.CreateTimer(_ => { }, null, Never, Never);
        Assert.False(waiting.IsCompleted);

        using var second = _clock.CreateTimer(_ => { }, null, Seconds(1), Never);

        await waiting.WaitAsync(Seconds(10));
        Assert.True(_clock.WhenTimersReach(2).IsCompleted);
    }

    [Fact]
    public async Task WhenTimersReach_LoopOnAnotherThread_CanBeSteppedDeterministically()
    {
        var steps = new List<DateTimeOffset>();
        var loop = Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                await Task.Delay(Seconds(1), _clock);
                await Task.Yield();
                steps.Add(_clock.GetUtcNow());
            }
        });

        for (var i = 0; i < 20; i++)
        {
            await _clock.WhenTimersReach(1).WaitAsync(Seconds(10));
            _clock.Advance(Seconds(1));
        }

        await loop.WaitAsync(Seconds(10));
        Assert.Equal(Enumerable.Range(1, 20).Select(i => Start + Seconds(i)), steps);
    }

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);
}

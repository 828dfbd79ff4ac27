using Resilience.TestKit;

namespace Resilience.Tests.TestKit;

/// <summary>Every other unit test trusts this clock, so all of its rules are in one place, one short test each; hence the length.</summary>
public sealed class ManualTimeProviderTests
{
    private static readonly TimeSpan Never = Timeout.InfiniteTimeSpan;
    private static readonly DateTimeOffset Start = new(2030, 5, 6, 7, 8, 9, TimeSpan.Zero);

    private readonly ManualTimeProvider _clock = new(Start);
    private readonly List<string> _fired = [];

    [Fact]
    public void Advance_NoTimers_MovesWallClockAndTimestampAlike()
    {
        var before = _clock.GetTimestamp();

        _clock.Advance(Seconds(90));

        Assert.Equal(Start + Seconds(90), _clock.GetUtcNow());
        Assert.Equal(Seconds(90), _clock.GetElapsedTime(before));
    }

    [Fact]
    public void Advance_Negative_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _clock.Advance(TimeSpan.FromTicks(-1)));

    [Fact]
    public void Constructor_OtherOffset_ShowsUtc()
    {
        var clock = new ManualTimeProvider(new DateTimeOffset(2030, 1, 1, 2, 0, 0, TimeSpan.FromHours(2)));

        Assert.Equal(TimeSpan.Zero, clock.GetUtcNow().Offset);
        Assert.Equal(0, clock.GetUtcNow().Hour);
        Assert.Equal(TimeZoneInfo.Utc, clock.LocalTimeZone);
    }

    [Fact]
    public void Advance_JustBeforeAndAtDueTime_FiresOnlyAtDueTime()
    {
        using var timer = Timer("a", Seconds(5));

        _clock.Advance(Seconds(5) - TimeSpan.FromTicks(1));
        Assert.Empty(_fired);
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(["a@5"], _fired);
        _clock.Advance(Seconds(100));
        Assert.Single(_fired);
    }

    [Fact]
    public void Advance_SeveralTimers_FireInDueOrderWithTheClockAtTheirDueTime()
    {
        using var c = Timer("c", Seconds(3));
        using var a = Timer("a", Seconds(1));
        using var b = Timer("b", Seconds(2));

        _clock.Advance(Seconds(10));

        Assert.Equal(["a@1", "b@2", "c@3"], _fired);
        Assert.Equal(Start + Seconds(10), _clock.GetUtcNow());
    }

    [Fact]
    public void Advance_SameDueTime_FiresInTheOrderInWhichTheyWereSet()
    {
        using var first = Timer("first", Seconds(2));
        using var second = Timer("second", Seconds(1));
        using var third = Timer("third", Seconds(2));
        second.Change(Seconds(2), Never);

        _clock.Advance(Seconds(2));

        Assert.Equal(["first@2", "third@2", "second@2"], _fired);
    }

    [Fact]
    public void PeriodicTimer_OneLargeAdvance_FiresOncePerPeriod()
    {
        using var timer = Timer("p", Seconds(1), Seconds(2));

        _clock.Advance(Seconds(6));

        Assert.Equal(["p@1", "p@3", "p@5"], _fired);
    }

    [Fact]
    public void PeriodicTimers_Interleaved_KeepDueOrder()
    {
        using var two = Timer("two", Seconds(2), Seconds(2));
        using var three = Timer("three", Seconds(3), Seconds(3));

        _clock.Advance(Seconds(6));

        Assert.Equal(["two@2", "three@3", "two@4", "three@6", "two@6"], _fired);
    }

    [Fact]
    public void CreateTimer_ZeroPeriod_FiresOnce()
    {
        using var timer = Timer("a", Seconds(1), TimeSpan.Zero);

        _clock.Advance(Seconds(5));

        Assert.Single(_fired);
    }

    [Fact]
    public void CreateTimer_DueAtOnce_FiresInTheNextAdvanceOnly()
    {
        using var timer = Timer("a", TimeSpan.Zero);
        Assert.Empty(_fired);

        _clock.Advance(TimeSpan.Zero);

        Assert.Equal(["a@0"], _fired);
    }

    [Fact]
    public void CreateTimer_NeverDue_DoesNotFireUntilChanged()
    {
        using var timer = Timer("a", Never);
        _clock.Advance(TimeSpan.FromDays(1000));
        Assert.Empty(_fired);

        Assert.True(timer.Change(Seconds(1), Never));
        _clock.Advance(Seconds(1));

        Assert.Single(_fired);
    }

    [Theory]
    [InlineData(-2, -1)]
    [InlineData(1, -2)]
    public void CreateTimer_NegativeTimes_Throws(int dueMilliseconds, int periodMilliseconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _clock.CreateTimer(
            _ => { }, null, TimeSpan.FromMilliseconds(dueMilliseconds), TimeSpan.FromMilliseconds(periodMilliseconds)));

    [Fact]
    public void CreateTimer_State_ReachesTheCallback()
    {
        object? seen = null;
        using var timer = _clock.CreateTimer(state => seen = state, "state", Seconds(1), Never);

        _clock.Advance(Seconds(1));

        Assert.Equal("state", seen);
    }

    [Fact]
    public void Change_BeforeDue_ReplacesDueTimeAndPeriod()
    {
        using var timer = Timer("a", Seconds(1), Seconds(1));
        timer.Change(Seconds(4), Never);

        _clock.Advance(Seconds(20));

        Assert.Equal(["a@4"], _fired);
    }

    [Fact]
    public void Dispose_BeforeDue_NeverFiresAndCannotBeChanged()
    {
        var timer = Timer("a", Seconds(1));
        timer.Dispose();
        timer.Dispose();

        Assert.False(timer.Change(Seconds(1), Never));
        _clock.Advance(Seconds(5));
        Assert.Empty(_fired);
        Assert.Empty(_clock.Timers);
    }

    [Fact]
    public async Task DisposeAsync_BeforeDue_NeverFires()
    {
        await Timer("a", Seconds(1)).DisposeAsync();

        _clock.Advance(Seconds(5));

        Assert.Empty(_fired);
    }

    [Fact]
    public void ChangeInCallback_RearmsFromTheDueTime()
    {
        ITimer? timer = null;
        timer = _clock.CreateTimer(_ =>
        {
            Record("a");
            timer!.Change(Seconds(2), Never);
        }, null, Seconds(1), Never);

        _clock.Advance(Seconds(6));

        Assert.Equal(["a@1", "a@3", "a@5"], _fired);
        Assert.Equal([Seconds(1)], _clock.Timers);
    }

    [Fact]
    public void ChangeInCallback_OfPeriodicTimer_WinsOverItsPeriod()
    {
        ITimer? timer = null;
        timer = _clock.CreateTimer(_ =>
        {
            Record("a");
            timer!.Change(Never, Never);
        }, null, Seconds(1), Seconds(1));

        _clock.Advance(Seconds(10));

        Assert.Equal(["a@1"], _fired);
    }

    [Fact]
    public void DisposeInCallback_EndsAPeriodicTimerAndAnotherThatIsDueNext()
    {
        var other = Timer("other", Seconds(2));
        ITimer? timer = null;
        timer = _clock.CreateTimer(_ =>
        {
            Record("a");
            timer!.Dispose();
            other.Dispose();
        }, null, Seconds(2) - TimeSpan.FromTicks(1), Seconds(1));

        _clock.Advance(Seconds(10));

        Assert.Single(_fired);
    }

    [Fact]
    public void CreateTimerInCallback_DueWithinTheAdvance_FiresInIt()
    {
        using var timer = _clock.CreateTimer(_ => Timer("inner", Seconds(1)), null, Seconds(1), Never);

        _clock.Advance(Seconds(2));

        Assert.Equal(["inner@2"], _fired);
    }

    [Fact]
    public void AdvanceInCallback_FiresNestedTimersAndNeverTurnsTheClockBack()
    {
        using var outer = _clock.CreateTimer(_ =>
        {
            _clock.Advance(Seconds(5));
            Record("outer");
        }, null, Seconds(1), Never);
        using var inner = Timer("inner", Seconds(3));

        _clock.Advance(Seconds(2));

        Assert.Equal(["inner@3", "outer@6"], _fired);
        Assert.Equal(Start + Seconds(6), _clock.GetUtcNow());
    }

    [Fact]
    public void CallbackThrows_LeavesAdvanceWithTheOtherTimersStillSet()
    {
        using var bad = _clock.CreateTimer(_ => throw new InvalidOperationException("bad"), null, Seconds(1), Never);
        using var good = Timer("good", Seconds(2));

        Assert.Throws<InvalidOperationException>(() => _clock.Advance(Seconds(5)));
        Assert.Equal(Start + Seconds(1), _clock.GetUtcNow());
        _clock.Advance(Seconds(1));

        Assert.Equal(["good@2"], _fired);
    }

    [Fact]
    public void Callback_SeesTheAsyncLocalsOfItsCreator()
    {
        var local = new AsyncLocal<string> { Value = "creator" };
        string? seen = null;
        using var timer = _clock.CreateTimer(_ => seen = local.Value, null, Seconds(1), Never);
        local.Value = "advancer";

        _clock.Advance(Seconds(1));

        Assert.Equal("creator", seen);
    }

    [Fact]
    public void Timers_TellWhatIsLeft_ShortestFirst()
    {
        using var late = Timer("late", Seconds(9));
        using var soon = Timer("soon", Seconds(4));
        using var never = Timer("never", Never);

        _clock.Advance(Seconds(1));

        Assert.Equal([Seconds(3), Seconds(8)], _clock.Timers);
    }

    [Theory]
    [InlineData(3600)]
    [InlineData(-3600)]
    public void ShiftWallClock_MovesNeitherTimestampsNorTimers(int seconds)
    {
        using var timer = Timer("a", Seconds(2));
        var before = _clock.GetTimestamp();

        _clock.ShiftWallClock(Seconds(seconds));

        Assert.Equal(Start + Seconds(seconds), _clock.GetUtcNow());
        Assert.Equal(before, _clock.GetTimestamp());
        _clock.Advance(Seconds(1));
        Assert.Empty(_fired);
        _clock.Advance(Seconds(1));
        Assert.Single(_fired);
    }

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);

    private ITimer Timer(string name, TimeSpan due) => Timer(name, due, Never);

    private ITimer Timer(string name, TimeSpan due, TimeSpan period) =>
        _clock.CreateTimer(state => Record((string)state!), name, due, period);

    private void Record(string name) => _fired.Add($"{name}@{(_clock.GetUtcNow() - Start).TotalSeconds:0}");
}

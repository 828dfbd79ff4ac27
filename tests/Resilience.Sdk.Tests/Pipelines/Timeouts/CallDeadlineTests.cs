using Resilience.Internal;
using Resilience.Pipelines.Timeouts;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Pipelines.Timeouts;

public sealed class CallDeadlineTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Remaining_NoScope_IsNull()
    {
        Assert.Null(CallDeadline.Remaining);
        Assert.False(CallDeadline.IsExpired);
    }

    [Fact]
    public void Remaining_ShrinksToZeroAndExpires()
    {
        using var scope = CallDeadline.Begin(TimeSpan.FromSeconds(2), _time);
        Assert.Equal(TimeSpan.FromSeconds(2), CallDeadline.Remaining);

        _time.Advance(TimeSpan.FromSeconds(1.5));
        Assert.Equal(TimeSpan.FromSeconds(0.5), CallDeadline.Remaining);
        Assert.False(CallDeadline.IsExpired);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.Zero, CallDeadline.Remaining);
        Assert.True(CallDeadline.IsExpired);
    }

    [Fact]
    public void Remaining_WallClockIsSet_DoesNotMove()
    {
        using var scope = CallDeadline.Begin(TimeSpan.FromSeconds(2), _time);

        _time.ShiftWallClock(TimeSpan.FromHours(-1));

        Assert.Equal(TimeSpan.FromSeconds(2), CallDeadline.Remaining);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 2)]
    public void Begin_Nested_OnlyShortens(double inner, double expected)
    {
        using var outer = CallDeadline.Begin(TimeSpan.FromSeconds(2), _time);
        using (CallDeadline.Begin(TimeSpan.FromSeconds(inner), _time))
        {
            Assert.Equal(TimeSpan.FromSeconds(expected), CallDeadline.Remaining);
        }

        Assert.Equal(TimeSpan.FromSeconds(2), CallDeadline.Remaining);
    }

    [Fact]
    public void Begin_NestedOnAnotherClock_ComparesWhatIsLeft()
    {
        var other = new ManualTimeProvider();
        other.Advance(TimeSpan.FromDays(400));
        using var outer = CallDeadline.Begin(TimeSpan.FromSeconds(2), _time);
        using var inner = CallDeadline.Begin(TimeSpan.FromSeconds(1), other);
        using var innermost = CallDeadline.Begin(TimeSpan.FromSeconds(5), _time);

        Assert.Equal(TimeSpan.FromSeconds(1), CallDeadline.Remaining);
        other.Advance(TimeSpan.FromSeconds(1));
        Assert.True(CallDeadline.IsExpired);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void Begin_ZeroOrLess_HasPassed(long ticks)
    {
        using var scope = CallDeadline.Begin(TimeSpan.FromTicks(ticks), _time);

        Assert.True(CallDeadline.IsExpired);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(TimeSpan.Zero, CallDeadline.Remaining);
    }

    [Fact]
    public void Begin_Enormous_DoesNotOverflow()
    {
        using var scope = CallDeadline.Begin(TimeSpan.MaxValue);
        Assert.InRange(CallDeadline.Remaining!.Value, TimeSpan.FromDays(300), TimeSpan.FromDays(366));
    }

    [Fact]
    public void Dispose_OutOfOrder_LeavesNothingBehind()
    {
        var outer = CallDeadline.Begin(TimeSpan.FromSeconds(2), _time);
        var inner = CallDeadline.Begin(TimeSpan.FromSeconds(1), _time);
        outer.Dispose();
        Assert.Equal(TimeSpan.FromSeconds(1), CallDeadline.Remaining);
        inner.Dispose();
        inner.Dispose();

        Assert.Null(CallDeadline.Remaining);
    }

    [Fact]
    public async Task Scope_FlowsIntoTasksAndNotBackOut()
    {
        using var scope = CallDeadline.Begin(TimeSpan.FromSeconds(2), _time);
        await Task.Yield();
        await Task.Run(() =>
        {
            Assert.Equal(TimeSpan.FromSeconds(2), CallDeadline.Remaining);
            _ = CallDeadline.Begin(TimeSpan.FromSeconds(1), _time);
        });

        Assert.Equal(TimeSpan.FromSeconds(2), CallDeadline.Remaining);
    }

    [Fact]
    public async Task Dispose_WorkStartedInsideOutlivesIt_IsNotBound()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var inside = new TaskCompletionSource<TimeSpan?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<TimeSpan?> background;
        using (CallDeadline.Begin(TimeSpan.FromSeconds(2), _time))
        {
            background = Task.Run(async () =>
            {
                inside.SetResult(CallDeadline.Remaining);
                await go.Task;
                return CallDeadline.Remaining;
            });
            Assert.NotNull(await inside.Task);
        }

        go.SetResult();

        Assert.Null(await background);
    }

    [Fact]
    public void Current_IsTheSameMechanismAsInternally()
    {
        var clock = new MonotonicClock(_time);
        using var scope = CallDeadline.Begin(TimeSpan.FromSeconds(2), clock);

        Assert.Equal(TimeSpan.FromSeconds(2), CallDeadline.Current!.Value.Remaining);
    }
}

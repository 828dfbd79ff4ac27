using Resilience.Health;
using Resilience.Internal;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Health;

public sealed class CheckLoopTests
{
    private static readonly CheckRules Rules = new() { Interval = TimeSpan.FromSeconds(5), Timeout = TimeSpan.FromSeconds(1), FailureThreshold = 3 };
    private readonly ManualTimeProvider _time = new();
    private readonly List<CheckStatus> _seen = [];

    [Fact]
    public async Task Tick_Succeeds_IsHealthyAndTold()
    {
        var loop = Make(new ScriptedCheck(_ => new(new CheckAnswer(CheckOutcome.Succeeded))));

        await loop.TickAsync(default);

        Assert.Equal(CheckStatus.Healthy, loop.State.Status);
        Assert.Equal([CheckStatus.Healthy], _seen);
    }

    [Fact]
    public async Task Tick_Throws_IsAFailureWithAReasonThatTellsNoSecret()
    {
        var loop = Make(new ScriptedCheck(_ => throw new InvalidOperationException("Password=s3cret")));

        await loop.TickAsync(default);

        Assert.Equal((1, "InvalidOperationException"), (loop.State.FailuresInARow, loop.State.Reason));
    }

    [Fact]
    public async Task Tick_HangsAndIgnoresItsToken_TimesOutAndIsNeverStartedTwice()
    {
        var hung = new TaskCompletionSource<CheckAnswer>();
        var begun = new TaskCompletionSource();
        var check = new ScriptedCheck(_ =>
        {
            begun.TrySetResult();
            return new(hung.Task);
        });
        var loop = Make(check);

        var first = loop.TickAsync(default);
        await begun.Task;
        await _time.WhenTimersReach(1);
        _time.Advance(Rules.Timeout);
        await first;
        for (var i = 0; i < 10; i++)
        {
            _time.Advance(Rules.Interval);
            await loop.TickAsync(default);
        }

        Assert.Equal((1, 1, CheckStatus.Unhealthy, "still-running"), (check.Looks, check.MostAtOnce, loop.State.Status, loop.State.Reason));

        // It ends at last, long after anybody waited: what it says is of no interest, but the next look is made.
        hung.SetResult(new CheckAnswer(CheckOutcome.Succeeded));
        while (check.Looks == 1)
        {
            await loop.TickAsync(default);
        }
    }

    [Fact]
    public async Task Tick_BlocksItsThread_TimesOutAllTheSame()
    {
        using var release = new ManualResetEventSlim();
        var loop = Make(new ScriptedCheck(_ =>
        {
            release.Wait(TimeSpan.FromMinutes(1), CancellationToken.None);
            return new(new CheckAnswer(CheckOutcome.Succeeded));
        }));

        var tick = loop.TickAsync(default);
        await _time.WhenTimersReach(1);
        _time.Advance(Rules.Timeout);
        await tick;

        Assert.Equal("timeout", loop.State.Reason);
        release.Set();
    }

    [Fact]
    public async Task Tick_TrafficSucceeds_NothingIsAsked()
    {
        var check = new ScriptedCheck(_ => new(new CheckAnswer(CheckOutcome.Failed))) { HasTraffic = true };
        var loop = Make(check);

        for (var i = 0; i < 100; i++)
        {
            await loop.TickAsync(default);
            _time.Advance(Rules.Interval);
        }

        Assert.Equal((0, CheckStatus.Healthy), (check.Looks, loop.State.Status));
    }

    [Fact]
    public async Task Loop_RunsOncePerInterval_HoweverOftenItIsRead()
    {
        var check = new ScriptedCheck(_ => new(new CheckAnswer(CheckOutcome.Succeeded)));
        var loop = Make(check);
        loop.Start();

        var passed = TimeSpan.Zero;
        while (passed < TimeSpan.FromMinutes(10))
        {
            var pause = await PauseAsync();
            for (var probe = 0; probe < 5000; probe++)
            {
                _ = loop.State.StatusAt(passed);
            }

            passed += pause;
            _time.Advance(pause);
        }

        await loop.DisposeAsync();

        // 5 s each, a tenth to either side.
        Assert.InRange(check.Looks, 600 / 5.5, (600 / 4.5) + 1);
    }

    [Fact]
    public async Task Loop_HungForTenMinutes_OneLookAtAll_AndAFailureEachInterval()
    {
        var check = new ScriptedCheck(_ => new(new TaskCompletionSource<CheckAnswer>().Task));
        var loop = Make(check, Rules with { MaxInterval = Rules.Interval });
        loop.Start();
        await _time.WhenTimersReach(1);
        _time.Advance(Rules.Timeout);

        var passed = TimeSpan.Zero;
        while (passed < TimeSpan.FromMinutes(10))
        {
            var pause = await PauseAsync();
            for (var probe = 0; probe < 5000; probe++)
            {
                _ = loop.State.StatusAt(passed);
            }

            passed += pause;
            _time.Advance(pause);
        }

        Assert.Equal((1, 1), (check.Looks, check.MostAtOnce));
        Assert.InRange(loop.State.FailuresInARow, 600 / 5.5, (600 / 4.5) + 2);
    }

    [Fact]
    public async Task Tick_WhoeverIsToldToStopBlocks_TheLoopGoesOn()
    {
        using var release = new ManualResetEventSlim();
        var loop = Make(new ScriptedCheck(token =>
        {
            // As a database client does that opens a connection to cancel a command.
            token.Register(() => release.Wait(TimeSpan.FromMinutes(1), CancellationToken.None));
            return new(new TaskCompletionSource<CheckAnswer>().Task);
        }));

        var tick = loop.TickAsync(default);
        await _time.WhenTimersReach(1);
        _time.Advance(Rules.Timeout);
        await tick.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);

        Assert.Equal("timeout", loop.State.Reason);
        release.Set();
    }

    [Fact]
    public async Task Stop_WhileALookHangs_DoesNotWaitForIt()
    {
        var loop = Make(new ScriptedCheck(_ => new(new TaskCompletionSource<CheckAnswer>().Task)));
        loop.Start();
        await _time.WhenTimersReach(1);

        await loop.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
    }

    /// <summary>The pause between two looks, once the loop has begun it: the time-out of a look is shorter.</summary>
    private async Task<TimeSpan> PauseAsync()
    {
        while (true)
        {
            if (_time.Timers.FirstOrDefault(timer => timer > 2 * Rules.Timeout) is var pause && pause > TimeSpan.Zero)
            {
                return pause;
            }

            await Task.Yield();
        }
    }

    private CheckLoop Make(ICheck check, CheckRules? rules = null) => new(check, rules ?? Rules, new MonotonicClock(_time), new Random(1), (_, after) => _seen.Add(after.Status));
}

using Resilience.Queueing.Worker;

namespace Resilience.Sdk.Tests.Queueing;

public sealed class DrainPaceTests
{
    private static readonly DrainSignal Down = new(false, 0, 100);
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(20);
    private readonly DrainPace _pace = new();

    [Fact]
    public void Well_AllThatWorkersCanTake() => Assert.True(Take(0, DrainSignal.Well) >= 1 && Take(1, DrainSignal.Well) > 1000);

    [Fact]
    public void Down_Nothing() => Assert.Equal((0, 0), (Take(0, Down), Take(100, Down)));

    [Fact]
    public void Back_OneAloneUntilItHasSucceeded()
    {
        Take(0, Down);

        Assert.Equal(1, _pace.Permits(At(1), DrainSignal.Well, running: 0));
        Assert.Equal(0, _pace.Permits(At(1.1), DrainSignal.Well, running: 1));
        Assert.Equal(1, _pace.Permits(At(1.2), DrainSignal.Well, running: 0));
        _pace.Succeeded(Quick);
        Assert.True(Take(2, DrainSignal.Well) > 1);
    }

    [Fact]
    public void OnlyCallsCanTell_OneAtATime_AlsoAfterOneThatSucceeded()
    {
        var unknown = new DrainSignal(true, 0, 0) { OnlyTrials = true };

        Assert.Equal((1, 0), (_pace.Permits(At(0), unknown, running: 0), _pace.Permits(At(10), unknown, running: 1)));
        _pace.Succeeded(Quick);
        Assert.Equal((1, 0), (_pace.Permits(At(20), unknown, running: 0), _pace.Permits(At(30), unknown, running: 1)));

        _pace.Succeeded(Quick);
        Assert.InRange(Take(31, DrainSignal.Well), 2, 100);
    }

    [Fact]
    public void TrialFailed_RestsForASecond()
    {
        var unknown = new DrainSignal(true, 0, 0) { OnlyTrials = true };
        Assert.Equal(1, _pace.Permits(At(0), unknown, running: 0));

        _pace.Failed(At(0.01));

        Assert.Equal((0, 0), (_pace.Permits(At(0.02), unknown, running: 0), _pace.Permits(At(1), unknown, running: 0)));
        Assert.Equal(1, _pace.Permits(At(1.02), unknown, running: 0));
    }

    [Fact]
    public void ComingBack_AtMostAQuarterOfTheLiveCalls()
    {
        Take(0, Down);
        _pace.Succeeded(Quick);

        var taken = 0;
        for (var tenth = 0; tenth < 200; tenth++)
        {
            taken += Take(tenth / 10.0, new DrainSignal(true, 0.5, 100));
        }

        Assert.InRange(taken, 200, 25 * 20 + 25);
    }

    [Fact]
    public void ComingBack_TheRateDoesNotGrowUnseenAboveTheCap()
    {
        Take(0, Down);
        _pace.Succeeded(Quick);
        for (var tenth = 1; tenth <= 200; tenth++)
        {
            Take(tenth / 10.0, new DrainSignal(true, 0.5, 80));
        }

        Take(20.1, DrainSignal.Well);

        Assert.InRange(_pace.Rate, 20, 27);
    }

    [Fact]
    public void SixThousand_AreDrainedWithinAMinuteOfTheReturn()
    {
        Take(0, Down);
        _pace.Succeeded(Quick);
        var taken = 0;
        for (var tenth = 0; tenth < 600 && taken < 6000; tenth++)
        {
            // The ramp takes 20 s; then all live calls are back.
            taken += Take(tenth / 10.0, new DrainSignal(true, Math.Min(1, tenth / 200.0), 100));
        }

        Assert.True(taken >= 6000, $"{taken}");
    }

    [Fact]
    public void Failure_HalvesTheRate_OnceForAllOfAMoment()
    {
        Take(0, Down);
        _pace.Succeeded(Quick);
        Take(1, DrainSignal.Well);
        Take(2.5, DrainSignal.Well);
        var before = _pace.Rate;

        _pace.Failed(At(3));
        _pace.Failed(At(3.1));

        Assert.Equal(before / 2, _pace.Rate);
        _pace.Failed(At(4.2));
        Assert.Equal(before / 4, _pace.Rate);
    }

    /// <summary>The backlog makes everything slower, live calls too: it gives way, and tries more again when things are as usual.</summary>
    [Fact]
    public void RequestsTakeLonger_GivesWay_AndGrowsAgain()
    {
        Take(0, Down);
        _pace.Succeeded(Quick);
        for (var second = 1; second <= 5; second++)
        {
            End(40, Quick);
            Take(second, DrainSignal.Well);
        }

        var before = _pace.Rate;
        End(200, 3 * Quick);
        Take(6, DrainSignal.Well);
        Assert.Equal(0.7 * before, _pace.Rate, 3);

        End(40, Quick);
        Take(7, DrainSignal.Well);
        Assert.Equal((0.7 * before * 1.1) + 5, _pace.Rate, 3);
    }

    [Fact]
    public void RequestsStaySlow_GoesOnAtTheFirstRate()
    {
        Take(0, Down);
        End(10, Quick);
        Take(1, DrainSignal.Well);
        for (var second = 2; second < 30; second++)
        {
            End(10, 10 * Quick);
            Take(second, DrainSignal.Well);
        }

        Assert.Equal(10, _pace.Rate, 3);
    }

    [Fact]
    public void RequestsThatAreNotCarriedOut_SayNothingOfThePace()
    {
        Take(0, Down);
        for (var i = 0; i < 20; i++)
        {
            _pace.Succeeded(took: null);
        }

        Take(1, DrainSignal.Well);
        End(10, 2 * Quick);
        Take(2, DrainSignal.Well);
        var before = _pace.Rate;
        End(10, 2 * Quick);
        Take(3, DrainSignal.Well);

        Assert.Equal((before * 1.1) + 5, _pace.Rate, 3);
    }

    [Fact]
    public void NoOutageBefore_SlowRequestsSlowNothing()
    {
        End(10, Quick);
        Take(1, DrainSignal.Well);
        End(10, 10 * Quick);
        Take(2, DrainSignal.Well);

        Assert.True(_pace.Rate > 1000);
    }

    private void End(int count, TimeSpan took)
    {
        for (var i = 0; i < count; i++)
        {
            _pace.Succeeded(took);
        }
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    private int Take(double seconds, DrainSignal signal)
    {
        var permits = _pace.Permits(At(seconds), signal, running: 0);
        _pace.Began(permits);
        return permits;
    }
}

using Resilience.Pipelines;
using Resilience.Pipelines.CircuitBreaker;

namespace Resilience.Sdk.Tests.Pipelines.CircuitBreaker;

public sealed class BreakerTrialTests
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);

    [Fact]
    public void HalfOpen_MoreCallsThanTrials_AreRejectedUntilAnExpiryAtTheLatest()
    {
        var harness = new BreakerHarness().Due();
        var trials = Enumerable.Range(0, 3).Select(_ => harness.EnterAdmitted()).ToList();
        Assert.All(trials, trial => Assert.True(trial.IsTrial));
        Assert.Equal(3, harness.Snapshot.TrialsInFlight);
        harness.Advance(4);

        var rejected = harness.Enter();

        Assert.False(rejected.Admitted);
        Assert.Equal(TimeSpan.FromSeconds(6), rejected.RetryAfter);
        Assert.Equal(trials[0].Generation, rejected.Generation);
    }

    [Fact]
    public void HalfOpen_SucceededTrials_KeepTheirPlace()
    {
        var harness = new BreakerHarness().Due();
        var hanging = harness.EnterAdmitted();
        harness.Calls(2, CallResult.Success);

        Assert.False(harness.Enter().Admitted);

        harness.Exit(hanging, CallResult.Success);
        Assert.Equal(CircuitBreakerState.Closed, harness.State);
    }

    [Fact]
    public void NeutralTrial_FreesItsPlaceAndDecidesNothing()
    {
        var harness = new BreakerHarness().Due();
        var trials = Enumerable.Range(0, 3).Select(_ => harness.EnterAdmitted()).ToList();

        foreach (var trial in trials)
        {
            harness.Exit(trial, CallResult.Neutral, Slow);
        }

        Assert.Equal(CircuitBreakerState.HalfOpen, harness.State);
        Assert.Equal(0, harness.Snapshot.TrialsInFlight);
        harness.Calls(3, CallResult.Success);
        Assert.Equal(CircuitBreakerState.Closed, harness.State);
    }

    [Theory]
    [InlineData(2, CircuitBreakerState.Open)]
    [InlineData(1.9, CircuitBreakerState.HalfOpen)]
    public void SlowTrial_Reopens(double seconds, CircuitBreakerState expected)
    {
        var harness = new BreakerHarness(new CircuitBreakerOptions { SlowCallDuration = Slow }).Due();

        harness.Call(CallResult.Success, TimeSpan.FromSeconds(seconds));

        Assert.Equal(expected, harness.State);
        Assert.Equal(expected == CircuitBreakerState.Open ? BreakerCause.TrialSlow : BreakerCause.BreakElapsed, harness.Transitions.Last().Cause);
    }

    [Fact]
    public void SlowTrial_WithoutSlowCallDuration_Counts()
    {
        var harness = new BreakerHarness(new CircuitBreakerOptions { HalfOpen = new HalfOpenOptions { Trials = 1 } }).Due();

        harness.Call(CallResult.Success, TimeSpan.FromSeconds(9));

        Assert.Equal(CircuitBreakerState.Closed, harness.State);
    }

    [Fact]
    public void HungTrial_BeforeItsLeaseExpires_Holds()
    {
        var harness = new BreakerHarness().Due();
        harness.EnterAdmitted();
        harness.Advance(9.9);

        Assert.True(harness.Enter().IsTrial);
        Assert.Equal(CircuitBreakerState.HalfOpen, harness.State);
    }

    [Fact]
    public void HungTrial_WhenItsLeaseExpires_ReopensFromThatMoment()
    {
        var harness = new BreakerHarness().Due();
        harness.EnterAdmitted();
        harness.Advance(15);
        Assert.Equal(0, harness.Snapshot.TrialsInFlight);

        var rejected = harness.Enter();

        // The doubled break of a minute began when the lease ran out, five seconds ago.
        Assert.False(rejected.Admitted);
        Assert.Equal(TimeSpan.FromSeconds(55), rejected.RetryAfter);
        Assert.Equal(BreakerCause.TrialExpired, harness.Transitions.Last().Cause);
    }

    [Fact]
    public void HungTrial_NobodyCallsForLong_NextCallIsATrialOfALaterGeneration()
    {
        var harness = new BreakerHarness().Due();
        var hung = harness.EnterAdmitted();
        harness.Advance(3600);

        var trial = harness.Enter();

        Assert.True(trial.IsTrial);
        Assert.Equal(hung.Generation + 2, trial.Generation);
    }

    [Theory]
    [InlineData(CallResult.Success)]
    [InlineData(CallResult.Failure)]
    [InlineData(CallResult.Neutral)]
    public void HungTrial_ThatEndsAfterItsLease_IsExpiredWhateverItSays(object result)
    {
        var harness = new BreakerHarness().Due();
        var hung = harness.EnterAdmitted();
        harness.Advance(10);

        harness.Exit(hung, (CallResult)result);

        Assert.Equal(CircuitBreakerState.Open, harness.State);
        Assert.Equal(BreakerCause.TrialExpired, harness.Transitions.Last().Cause);
    }

    [Theory]
    [InlineData(CallResult.Success)]
    [InlineData(CallResult.Failure)]
    public void TrialOfAnEarlierHalfOpen_ChangesNothing(object result)
    {
        var harness = new BreakerHarness().Due();
        var late = harness.EnterAdmitted();
        harness.Call(CallResult.Failure);
        harness.Clock.Advance(harness.Snapshot.OpenFor);
        harness.Calls(2, CallResult.Success);
        var generation = harness.Snapshot.Generation;

        harness.Exit(late, (CallResult)result);

        Assert.Equal((CircuitBreakerState.HalfOpen, generation), (harness.State, harness.Snapshot.Generation));
    }

    [Fact]
    public void LateFailure_OfAnEarlierClosedPeriod_NeitherReopensNorCounts()
    {
        var harness = new BreakerHarness();
        var late = Enumerable.Range(0, 20).Select(_ => harness.EnterAdmitted()).ToList();
        harness.Due().Calls(3, CallResult.Success);
        Assert.Equal(CircuitBreakerState.Closed, harness.State);

        late.ForEach(ticket => harness.Exit(ticket, CallResult.Failure));

        Assert.Equal((CircuitBreakerState.Closed, 0, 0), (harness.State, harness.Snapshot.Throughput, harness.Snapshot.ConsecutiveFailures));
    }

    [Fact]
    public void TicketOfNothing_ExitsWithoutEffect()
    {
        var harness = new BreakerHarness().Opened();
        var rejected = harness.Enter();

        harness.Exit(rejected, CallResult.Failure);
        harness.Exit(default, CallResult.Failure);

        Assert.Single(harness.Transitions);
    }

    [Fact]
    public void ExitTwice_OfATrial_CountsOnce()
    {
        var harness = new BreakerHarness().Due();
        var trial = harness.EnterAdmitted();

        harness.Exit(trial, CallResult.Success);
        harness.Exit(trial, CallResult.Success);
        harness.Exit(trial, CallResult.Success);

        Assert.Equal(CircuitBreakerState.HalfOpen, harness.State);
    }
}

using Resilience.Pipelines;
using Resilience.Pipelines.CircuitBreaker;

namespace Resilience.Sdk.Tests.Pipelines.CircuitBreaker;

public sealed class BreakerModeTests
{
    [Fact]
    public void Observe_AdmitsEverythingAndShowsWhatWouldBe()
    {
        var harness = new BreakerHarness(new CircuitBreakerOptions { Mode = CircuitBreakerMode.Observe }).Opened();

        var ticket = harness.Enter();
        Assert.True(ticket is { Admitted: true, WouldReject: true, IsTrial: false });
        Assert.Equal(TimeSpan.FromSeconds(30), ticket.RetryAfter);

        // It would not have been made, so it says nothing.
        harness.Exit(ticket, CallResult.Failure);
        harness.Advance(30);
        var trials = Enumerable.Range(0, 3).Select(_ => harness.Enter()).ToList();
        Assert.All(trials, trial => Assert.True(trial is { IsTrial: true, WouldReject: false }));
        Assert.True(harness.Enter() is { Admitted: true, WouldReject: true, IsTrial: false });

        trials.ForEach(trial => harness.Exit(trial, CallResult.Success));
        Assert.Equal(CircuitBreakerState.Closed, harness.State);
    }

    [Fact]
    public void ForcedOpen_RejectsEverythingAndKeepsTheStateBelow()
    {
        var harness = new BreakerHarness();
        harness.Calls(4, CallResult.Failure);
        var underWay = harness.EnterAdmitted();
        harness.Breaker.Force(CircuitBreakerMode.ForcedOpen);

        var rejected = harness.Enter();
        harness.Exit(underWay, CallResult.Failure);

        Assert.True(rejected is { Admitted: false, WouldReject: true, RetryAfter: null });
        Assert.Equal((CircuitBreakerState.ForcedOpen, CircuitBreakerMode.ForcedOpen, true), (harness.State, harness.Snapshot.Mode, harness.Snapshot.IsForced));

        harness.Breaker.Force(null);
        Assert.Equal((CircuitBreakerState.Closed, 4, false), (harness.State, harness.Snapshot.Throughput, harness.Snapshot.IsForced));
        harness.Call(CallResult.Failure);
        Assert.Equal(CircuitBreakerState.Open, harness.State);
    }

    [Fact]
    public void Disabled_AdmitsEverythingAndCountsNothing()
    {
        var harness = new BreakerHarness(new CircuitBreakerOptions { Mode = CircuitBreakerMode.Disabled });

        harness.Calls(100, CallResult.Failure);

        Assert.Equal((CircuitBreakerState.Disabled, 0, 0), (harness.State, harness.Snapshot.Throughput, harness.Snapshot.ConsecutiveFailures));
        Assert.Empty(harness.Transitions);
    }

    [Fact]
    public void Force_OverridesTheConfiguredModeEvenAcrossAReload()
    {
        var harness = new BreakerHarness(new CircuitBreakerOptions { Mode = CircuitBreakerMode.ForcedOpen });
        harness.Breaker.Force(CircuitBreakerMode.Enforce);
        Assert.True(harness.Enter().Admitted);

        harness.Options = harness.Options with { Mode = CircuitBreakerMode.Disabled };
        harness.Opened();

        harness.Breaker.Force(null);
        Assert.Equal(CircuitBreakerState.Disabled, harness.State);
    }

    [Fact]
    public void Disabled_WhileHalfOpen_FreesTrialsAndKeepsTheState()
    {
        var harness = new BreakerHarness().Due();
        var trials = Enumerable.Range(0, 3).Select(_ => harness.EnterAdmitted()).ToList();
        harness.Breaker.Force(CircuitBreakerMode.Disabled);

        trials.ForEach(trial => harness.Exit(trial, CallResult.Failure));
        harness.Breaker.Force(null);

        Assert.Equal((CircuitBreakerState.HalfOpen, 0), (harness.State, harness.Snapshot.TrialsInFlight));
        Assert.True(harness.Enter().IsTrial);
    }

    [Fact]
    public void ForcedOpen_PastTheBreak_ReleasedIntoATrial()
    {
        var harness = new BreakerHarness().Opened();
        harness.Breaker.Force(CircuitBreakerMode.ForcedOpen);
        harness.Advance(60);
        Assert.False(harness.Enter().Admitted);

        harness.Breaker.Force(null);

        Assert.True(harness.Enter().IsTrial);
    }

    [Fact]
    public void Reset_Open_ClosesAndForgetsTheGrowth()
    {
        var harness = new BreakerHarness().Due();
        harness.Call(CallResult.Failure);

        harness.Breaker.Reset();

        Assert.Equal((CircuitBreakerState.Closed, 0), (harness.State, harness.Snapshot.Throughput));
        Assert.Equal(BreakerCause.Reset, harness.Transitions.Last().Cause);
        harness.Opened();
        Assert.Equal(TimeSpan.FromSeconds(30), harness.Snapshot.OpenFor);
    }

    [Fact]
    public void Reset_Closed_StartsAfreshWithoutATransition()
    {
        var harness = new BreakerHarness();
        harness.Calls(4, CallResult.Failure);
        var underWay = harness.EnterAdmitted();

        harness.Breaker.Reset();
        harness.Exit(underWay, CallResult.Failure);
        harness.Calls(4, CallResult.Failure);

        Assert.Equal((CircuitBreakerState.Closed, 2), (harness.State, harness.Snapshot.Generation));
        Assert.Empty(harness.Transitions);
    }

    [Fact]
    public void Transition_CallbackUsesTheBreaker_SeesEachInOrder()
    {
        var clock = new Resilience.TestKit.ManualTimeProvider();
        var options = new CircuitBreakerOptions { ConsecutiveFailures = 1 };
        var seen = new List<CircuitBreakerState>();
        Breaker? breaker = null;
        breaker = new Breaker(clock, new FixedRandom(), transition =>
        {
            seen.Add(transition.To);
            if (transition.To == CircuitBreakerState.Open && seen.Count == 1)
            {
                breaker!.Reset();
                seen.Add(CircuitBreakerState.Disabled);
            }
        });

        breaker.Exit(breaker.TryEnter(options, 0), CallResult.Failure, TimeSpan.Zero, options, 0);

        // The second transition is made inside the first callback, and told after it.
        Assert.Equal([CircuitBreakerState.Open, CircuitBreakerState.Disabled, CircuitBreakerState.Closed], seen);
    }

    [Fact]
    public void Transition_CallbackThrows_BreakerGoesOn()
    {
        var options = new CircuitBreakerOptions { ConsecutiveFailures = 1 };
        var told = 0;
        var breaker = new Breaker(new Resilience.TestKit.ManualTimeProvider(), new FixedRandom(), _ =>
        {
            told++;
            throw new InvalidOperationException("the listener's own");
        });

        Assert.Throws<InvalidOperationException>(() => breaker.Exit(breaker.TryEnter(options, 0), CallResult.Failure, TimeSpan.Zero, options, 0));
        Assert.False(breaker.TryEnter(options, 0).Admitted);
        Assert.Throws<InvalidOperationException>(breaker.Reset);
        Assert.Equal(2, told);
    }
}

using Resilience.Pipelines;
using Resilience.Pipelines.CircuitBreaker;

namespace Resilience.Sdk.Tests.Pipelines.CircuitBreaker;

/// <summary>New options between calls: the rules change, what was counted stays.</summary>
public sealed class BreakerReloadTests
{
    [Fact]
    public void P1_Reload_WhileOpen_StaysOpenUntilTheSameMoment()
    {
        var harness = new BreakerHarness().Opened();
        harness.Advance(10);

        harness.Options = harness.Options with { MinimumThroughput = 50, BreakDuration = TimeSpan.FromSeconds(1) };

        Assert.Equal(TimeSpan.FromSeconds(20), harness.Enter().RetryAfter);
        harness.Advance(20);
        Assert.True(harness.Enter().IsTrial);
    }

    [Fact]
    public void Reload_KeepsTheWindowAndTheRunOfFailures()
    {
        var harness = new BreakerHarness(new CircuitBreakerOptions { ConsecutiveFailures = 0 });
        harness.Calls(12, CallResult.Failure);

        harness.Options = harness.Options with { MinimumThroughput = 13 };
        harness.Call(CallResult.Failure);

        Assert.Equal(CircuitBreakerState.Open, harness.State);
    }

    [Theory]
    [InlineData(60, 12)]
    [InlineData(300, 12)]
    [InlineData(10, 4)]
    [InlineData(30, 12)]
    public void Reload_OfTheSamplingDuration_KeepsWhatFallsIntoIt(int seconds, int expected)
    {
        var harness = new BreakerHarness();
        for (var i = 0; i < 3; i++)
        {
            harness.Calls(3, CallResult.Success);
            harness.Call(CallResult.Failure);
            harness.Advance(6);
        }

        harness.Options = harness.Options with { SamplingDuration = TimeSpan.FromSeconds(seconds) };
        harness.EnterAdmitted();

        Assert.Equal(expected, harness.Snapshot.Throughput);
        Assert.Equal(0.25, harness.Snapshot.FailureRate);
    }

    [Fact]
    public void Reload_OfTheSamplingDuration_DoesNotForgetEarlyNorKeepForEver()
    {
        var harness = new BreakerHarness();
        harness.Calls(4, CallResult.Success);
        harness.Options = harness.Options with { SamplingDuration = TimeSpan.FromSeconds(60) };
        harness.EnterAdmitted();

        harness.Advance(53);
        Assert.Equal(4, harness.Snapshot.Throughput);
        harness.Advance(7);
        Assert.Equal(0, harness.Snapshot.Throughput);
    }

    [Fact]
    public void Reload_BackAndForth_LosesNothingWithinTheShorterWindow()
    {
        var harness = new BreakerHarness();
        harness.Calls(4, CallResult.Success);
        for (var i = 0; i < 20; i++)
        {
            harness.Options = harness.Options with { SamplingDuration = TimeSpan.FromSeconds(i % 2 == 0 ? 60 : 30) };
            harness.EnterAdmitted();
        }

        Assert.Equal(4, harness.Snapshot.Throughput);
    }

    [Fact]
    public void Reload_ToFewerTrialsThanHaveSucceeded_ClosesAtTheNextCall()
    {
        var harness = new BreakerHarness().Due();
        harness.Calls(2, CallResult.Success);

        harness.Options = harness.Options with { HalfOpen = new HalfOpenOptions { Trials = 2 } };

        Assert.False(harness.Enter().IsTrial);
        Assert.Equal(CircuitBreakerState.Closed, harness.State);
    }

    [Fact]
    public void Reload_ToMoreTrials_GrantsThem()
    {
        var harness = new BreakerHarness().Due();
        _ = Enumerable.Range(0, 3).Select(_ => harness.EnterAdmitted()).ToList();
        Assert.False(harness.Enter().Admitted);

        harness.Options = harness.Options with { HalfOpen = new HalfOpenOptions { Trials = 4 } };

        Assert.True(harness.Enter().IsTrial);
        Assert.False(harness.Enter().Admitted);
    }
}

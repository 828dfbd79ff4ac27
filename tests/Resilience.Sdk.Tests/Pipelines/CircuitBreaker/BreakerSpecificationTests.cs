using Resilience.Pipelines;
using Resilience.Pipelines.CircuitBreaker;

namespace Resilience.Sdk.Tests.Pipelines.CircuitBreaker;

/// <summary>The specification's breaker: failure threshold 5, reset after 30 s, closed by 3 half-open successes. The defaults are these.</summary>
public sealed class BreakerSpecificationTests
{
    [Fact]
    public void Threshold_FiveFailures_Open()
    {
        var harness = new BreakerHarness();
        harness.Calls(4, CallResult.Failure);
        Assert.True(harness.EnterAdmitted().Admitted);

        harness.Call(CallResult.Failure);

        Assert.False(harness.Enter().Admitted);
    }

    [Fact]
    public void Reset_AfterThirtySeconds_HalfOpen()
    {
        var harness = new BreakerHarness().Opened();
        Assert.Equal(TimeSpan.FromSeconds(30), harness.Enter().RetryAfter);

        harness.Advance(29.999);
        Assert.Equal(TimeSpan.FromMilliseconds(1), harness.Enter().RetryAfter);
        Assert.Equal(CircuitBreakerState.Open, harness.State);

        harness.Advance(0.001);
        Assert.True(harness.Enter().IsTrial);
        Assert.Equal(CircuitBreakerState.HalfOpen, harness.State);
    }

    [Fact]
    public void HalfOpen_ThreeSuccesses_Close()
    {
        var harness = new BreakerHarness().Due();
        harness.Calls(2, CallResult.Success);
        Assert.Equal(CircuitBreakerState.HalfOpen, harness.State);

        harness.Call(CallResult.Success);

        Assert.Equal(CircuitBreakerState.Closed, harness.State);
        Assert.Equal(
            [BreakerCause.ConsecutiveFailures, BreakerCause.BreakElapsed, BreakerCause.TrialsSucceeded],
            harness.Transitions.Select(transition => transition.Cause));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void HalfOpen_OneFailure_Reopens(int successesBefore)
    {
        var harness = new BreakerHarness().Due();
        harness.Calls(successesBefore, CallResult.Success);

        harness.Call(CallResult.Failure);

        Assert.Equal(CircuitBreakerState.Open, harness.State);
        Assert.False(harness.Enter().Admitted);
    }
}

using Resilience.Pipelines;
using Resilience.Pipelines.CircuitBreaker;

namespace Resilience.Sdk.Tests.Pipelines.CircuitBreaker;

public sealed class BreakerTriggerTests
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);
    private static readonly CircuitBreakerOptions RatioOnly = new() { ConsecutiveFailures = 0, MinimumThroughput = 10 };
    private static readonly CircuitBreakerOptions SlowOnly = new() { ConsecutiveFailures = 0, FailureRatio = null, MinimumThroughput = 10, SlowCallDuration = Slow };

    /// <summary>Calls: s success, f failure, n neutral, S slow success, F slow failure.</summary>
    public static TheoryData<string, CircuitBreakerOptions, string, CircuitBreakerState> Rules() => new()
    {
        { "four in a row", new(), "ffff", CircuitBreakerState.Closed },
        { "five in a row", new(), "fffff", CircuitBreakerState.Open },
        { "a success starts again", new(), "ffffsffff", CircuitBreakerState.Closed },
        { "a slow success too", new(), "ffffSffff", CircuitBreakerState.Closed },
        { "a neutral call does not", new(), "ffffnf", CircuitBreakerState.Open },
        { "neutral calls are nothing", new(), "nnnnnnnnnnnnnnnnnnnnnnnnn", CircuitBreakerState.Closed },
        { "consecutive off", new() { ConsecutiveFailures = 0 }, "ffffffffff", CircuitBreakerState.Closed },
        { "consecutive of one", new() { ConsecutiveFailures = 1 }, "f", CircuitBreakerState.Open },
        { "ratio below the throughput", RatioOnly, "fffffffff", CircuitBreakerState.Closed },
        { "ratio at the throughput", RatioOnly, "ffffffffff", CircuitBreakerState.Open },
        { "ratio exactly reached", RatioOnly, "sssssfffff", CircuitBreakerState.Open },
        { "ratio not reached", RatioOnly, "ssssssffff", CircuitBreakerState.Closed },
        { "ratio judged when a call fails, not by the success that fills the throughput", RatioOnly, "fffffsssss", CircuitBreakerState.Closed },
        { "ratio judged at the next failure", RatioOnly, "fffffsssssf", CircuitBreakerState.Open },
        { "neutral calls fill no throughput", RatioOnly, "fffffffffnnnnn", CircuitBreakerState.Closed },
        { "ratio off", RatioOnly with { FailureRatio = null }, "ffffffffffffffff", CircuitBreakerState.Closed },
        { "ratio of one", RatioOnly with { FailureRatio = 1 }, "sfffffffffff", CircuitBreakerState.Closed },
        { "slow is not measured by default", RatioOnly, "SSSSSSSSSSSS", CircuitBreakerState.Closed },
        { "slow below the throughput", SlowOnly, "SSSSSSSSS", CircuitBreakerState.Closed },
        { "slow share reached", SlowOnly, "ssSSSSSSSS", CircuitBreakerState.Open },
        { "slow share not reached", SlowOnly, "sssSSSSSSS", CircuitBreakerState.Closed },
        { "a slow failure is slow", SlowOnly, "ssFFFFFFFF", CircuitBreakerState.Open },
        { "a slow failure is a failure", RatioOnly with { SlowCallDuration = Slow }, "ssssssFFFFFF", CircuitBreakerState.Open },
        { "a slow success is no failure", new() { SlowCallDuration = Slow }, "SSSSSSSSSS", CircuitBreakerState.Closed },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void Closed_Calls_OpenByTheRules(string rule, CircuitBreakerOptions options, string calls, CircuitBreakerState expected)
    {
        var harness = new BreakerHarness(options);
        foreach (var call in calls)
        {
            harness.Call(Result(call), char.IsUpper(call) ? Slow : Slow - TimeSpan.FromTicks(1));
        }

        Assert.True(harness.State == expected, $"{rule}: {calls} made it {harness.State}.");
    }

    [Theory]
    [InlineData("fffff", BreakerCause.ConsecutiveFailures)]
    [InlineData("sffsffsffsffsffsffsf", BreakerCause.FailureRatio)]
    [InlineData("sSSSSSSSSSSSSSSSSSSS", BreakerCause.SlowCalls)]
    public void Opening_TellsItsCauseAndCounts(string calls, object cause)
    {
        var harness = new BreakerHarness(new CircuitBreakerOptions { SlowCallDuration = Slow });
        foreach (var call in calls)
        {
            harness.Call(Result(call), char.IsUpper(call) ? Slow : TimeSpan.Zero);
        }

        var transition = Assert.Single(harness.Transitions);
        Assert.Equal(cause, transition.Cause);
        Assert.Equal(calls.Length, transition.Counts.Throughput);
        Assert.Equal(calls.Count(call => call == 'f'), transition.Counts.Failures);
        Assert.Equal(calls.Count(call => call == 'S'), transition.Counts.Slow);
        Assert.Equal((CircuitBreakerState.Closed, CircuitBreakerState.Open, 2), (transition.From, transition.To, transition.Generation));
        Assert.Equal(TimeSpan.FromSeconds(30), transition.Break);
    }

    [Theory]
    [InlineData(26.9, true)]
    [InlineData(29.99, true)]
    [InlineData(30, false)]
    [InlineData(3600, false)]
    public void Ratio_CallsOlderThanTheSamplingDuration_CountNoMore(double seconds, bool counts)
    {
        var harness = new BreakerHarness(RatioOnly);
        harness.Calls(9, CallResult.Failure);
        harness.Advance(seconds);
        Assert.Equal(counts ? 9 : 0, harness.Snapshot.Throughput);

        harness.Call(CallResult.Failure);

        Assert.Equal(counts ? CircuitBreakerState.Open : CircuitBreakerState.Closed, harness.State);
    }

    [Theory]
    [InlineData(27, true)]
    [InlineData(27.1, false)]
    public void Ratio_CallLateInItsSlice_LeavesWithTheSlice(double seconds, bool counts)
    {
        var harness = new BreakerHarness(RatioOnly);
        harness.Advance(2.9);
        harness.Call(CallResult.Success);

        harness.Advance(seconds);

        Assert.Equal(counts ? 1 : 0, harness.Snapshot.Throughput);
    }

    [Fact]
    public void Ratio_SteadyTrafficOverManyWindows_CountsOnlyTheLast()
    {
        var harness = new BreakerHarness(RatioOnly);
        for (var i = 0; i < 1000; i++)
        {
            harness.Call(i % 4 == 0 ? CallResult.Failure : CallResult.Success);
            harness.Advance(0.5);
        }

        Assert.InRange(harness.Snapshot.Throughput, 54, 60);
        Assert.InRange(harness.Snapshot.FailureRate, 0.22, 0.28);
    }

    [Fact]
    public void Consecutive_FailuresFarApart_StillOpen()
    {
        var harness = new BreakerHarness();
        for (var i = 0; i < 5; i++)
        {
            harness.Advance(3600);
            harness.Call(CallResult.Failure);
        }

        Assert.Equal(CircuitBreakerState.Open, harness.State);
    }

    [Fact]
    public void Snapshot_Closed_ShowsRates()
    {
        var harness = new BreakerHarness(new CircuitBreakerOptions { SlowCallDuration = Slow });
        harness.Calls(6, CallResult.Success);
        harness.Call(CallResult.Success, Slow);
        harness.Calls(3, CallResult.Failure);

        var snapshot = harness.Snapshot;

        Assert.Equal((10, 0.3, 0.1, 3), (snapshot.Throughput, snapshot.FailureRate, snapshot.SlowCallRate, snapshot.ConsecutiveFailures));
        Assert.Equal((CircuitBreakerState.Closed, 1, TimeSpan.Zero, 0), (snapshot.State, snapshot.Generation, snapshot.OpenFor, snapshot.TrialsInFlight));
    }

    private static CallResult Result(char call) => char.ToLowerInvariant(call) switch
    {
        's' => CallResult.Success,
        'f' => CallResult.Failure,
        _ => CallResult.Neutral,
    };
}

using Resilience.Pipelines.CircuitBreaker;

namespace Resilience.Sdk.Tests.Pipelines.CircuitBreaker;

public sealed class CircuitBreakerOptionsValidatorTests
{
    private static readonly CircuitBreakerOptions Default = new();

    public static TheoryData<CircuitBreakerOptions, string> Wrong() => new()
    {
        { Default with { FailureRatio = 0 }, "FailureRatio" },
        { Default with { FailureRatio = 1.01 }, "FailureRatio" },
        { Default with { FailureRatio = double.NaN }, "FailureRatio" },
        { Default with { SlowCallRatio = -0.1 }, "SlowCallRatio" },
        { Default with { SlowCallRatio = double.NaN }, "SlowCallRatio" },
        { Default with { MinimumThroughput = 0 }, "MinimumThroughput" },
        { Default with { ConsecutiveFailures = -1 }, "ConsecutiveFailures" },
        { Default with { SamplingDuration = TimeSpan.FromMilliseconds(499) }, "SamplingDuration" },
        { Default with { SamplingDuration = TimeSpan.FromHours(2) }, "SamplingDuration" },
        { Default with { SlowCallDuration = TimeSpan.Zero }, "SlowCallDuration" },
        { Default with { BreakDuration = TimeSpan.Zero }, "BreakDuration" },
        { Default with { MaxBreakDuration = TimeSpan.FromSeconds(29) }, "MaxBreakDuration" },
        { Default with { MaxBreakDuration = TimeSpan.FromDays(2) }, "MaxBreakDuration" },
        { Default with { HalfOpen = new HalfOpenOptions { Trials = 0 } }, "HalfOpen:Trials" },
        { Default with { HalfOpen = new HalfOpenOptions { Trials = 101 } }, "HalfOpen:Trials" },
        { Default with { HalfOpen = new HalfOpenOptions { Timeout = TimeSpan.Zero } }, "HalfOpen:Timeout" },
        { Default with { Mode = (CircuitBreakerMode)9 }, "Mode" },
        { Default with { FailureRatio = null, ConsecutiveFailures = 0 }, "Mode" },
    };

    public static TheoryData<CircuitBreakerOptions> Right() => new()
    {
        Default,
        Default with { FailureRatio = null },
        Default with { ConsecutiveFailures = 0 },
        Default with { FailureRatio = null, ConsecutiveFailures = 0, SlowCallDuration = TimeSpan.FromSeconds(2) },
        Default with { FailureRatio = null, ConsecutiveFailures = 0, Mode = CircuitBreakerMode.Disabled },
        Default with { FailureRatio = 1, SlowCallRatio = 1, MinimumThroughput = 1, MaxBreakDuration = TimeSpan.FromSeconds(30) },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Problems_WrongOption_IsNamedWithItsValueAndAWayOut(CircuitBreakerOptions options, string key)
    {
        var problem = Assert.Single(CircuitBreakerOptionsValidator.Problems(options));

        Assert.Equal(key, problem.Key);
        Assert.NotNull(problem.Value);
        Assert.EndsWith(".", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Right))]
    public void Problems_RightOptions_None(CircuitBreakerOptions options) => Assert.Empty(CircuitBreakerOptionsValidator.Problems(options));

    [Fact]
    public void Problems_SeveralWrong_AllAtOnce() =>
        Assert.Equal(3, CircuitBreakerOptionsValidator.Problems(Default with { FailureRatio = 7, MinimumThroughput = 0, SamplingDuration = default }).Count());
}

using Resilience.Health;

namespace Resilience.Sdk.Tests.Health;

public sealed class ReadinessReducerTests
{
    private static readonly HealthSubject Well = new("db", CheckStatus.Healthy, WasHealthy: true, DownFor: null, new ProbeOptions());
    private static readonly HealthSubject Never = Well with { Status = CheckStatus.Unhealthy, WasHealthy = false, DownFor = TimeSpan.FromDays(1) };
    private static readonly HealthSubject Lost = Well with { Status = CheckStatus.Unhealthy, DownFor = TimeSpan.FromDays(1) };
    private static readonly HealthSubject Vital = Lost with { Name = "vital", Probe = new ProbeOptions { FailReady = true, FailReadyAfter = TimeSpan.FromSeconds(30), HoldOff = TimeSpan.FromSeconds(10) } };

    [Fact]
    public void Start_NothingToWaitFor_IsReady() => Assert.Equal(Readiness.Ready, From().Readiness);

    [Fact]
    public void Start_NeverHealthy_WaitsAndSaysForWhat()
    {
        var state = From(Well, Never with { Name = "cache" });

        Assert.Equal(Readiness.Waiting, state.Readiness);
        Assert.Equal("cache", Assert.Single(state.Reasons));
    }

    [Fact]
    public void Start_BothWereHealthyButNotAtOnce_IsServing() => Assert.Equal(Readiness.Degraded, From(Well, Lost with { Name = "cache" }).Readiness);

    [Fact]
    public void Start_NotAwaited_IsNotWaitedFor() => Assert.Equal(Readiness.Degraded, From(Never with { IsAwaited = false }).Readiness);

    [Fact]
    public void Later_SharedDependencyLost_IsDegradedNotUnready() => Assert.Equal(Readiness.Degraded, After(new() { Subjects = [Lost] }).Readiness);

    [Fact]
    public void Later_NewDependencyByReload_IsNotWaitedFor() => Assert.Equal(Readiness.Degraded, After(new() { Subjects = [Never] }).Readiness);

    [Fact]
    public void Later_CannotBeSeen_IsDegraded() => Assert.Equal(Readiness.Degraded, After(new() { Subjects = [Well with { Status = CheckStatus.Unknown }] }).Readiness);

    [Theory]
    [InlineData(29, 0, "Degraded")]
    [InlineData(30, 0, "NotReady")]
    [InlineData(34, 0.5, "Degraded")]
    [InlineData(35, 0.5, "NotReady")]
    [InlineData(40, 1, "NotReady")]
    public void FailReady_AfterItsTimeAndItsShareOfTheHoldOff(int downSeconds, double share, string readiness) =>
        Assert.Equal(readiness, After(new() { Subjects = [Vital with { DownFor = TimeSpan.FromSeconds(downSeconds) }], HoldOffShare = share }).Readiness.ToString());

    [Fact]
    public void FailReady_FleetIsShort_StaysInService() =>
        Assert.Equal(Readiness.Degraded, After(new() { Subjects = [Vital], FleetIsShort = true }).Readiness);

    [Fact]
    public void Process_Unfit_IsNotReadyEvenWhenTheFleetIsShort()
    {
        var state = After(new() { UnfitFor = ["thread-pool"], FleetIsShort = true });

        Assert.Equal(Readiness.NotReady, state.Readiness);
        Assert.Equal("thread-pool", Assert.Single(state.Reasons));
        Assert.Equal(Readiness.Ready, ReadinessReducer.Apply(state, new()).Readiness);
    }

    [Fact]
    public void Process_Impaired_IsDegraded() => Assert.Equal(Readiness.Degraded, After(new() { Impaired = ["memory"] }).Readiness);

    [Fact]
    public void Draining_NeverComesBack()
    {
        var state = After(new() { IsDraining = true });

        Assert.Equal(Readiness.Draining, state.Readiness);
        Assert.Equal(Readiness.Draining, ReadinessReducer.Apply(state, new()).Readiness);
    }

    private static ReadinessState From(params HealthSubject[] subjects) => ReadinessReducer.Apply(ReadinessState.Initial, new() { Subjects = [.. subjects] });

    private static ReadinessState After(ReadinessInput input) => ReadinessReducer.Apply(From(Well), input);
}

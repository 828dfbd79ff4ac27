using Polly;
using Polly.CircuitBreaker;
using Resilience.Pipelines;
using Resilience.Pipelines.CircuitBreaker;
using CircuitBreakerState = Resilience.Pipelines.CircuitBreaker.CircuitBreakerState;
using PollyState = Polly.CircuitBreaker.CircuitState;

namespace Resilience.Sdk.Tests.Pipelines.CircuitBreaker;

/// <summary>
/// The defects found in Polly's circuit breaker, each shown on Polly's strategy and then on ours, on the same kind of
/// clock. Should a Polly test fail after an update, Polly mended it, and the decision to write our own may be reviewed.
/// </summary>
public sealed class BreakerPeerTests
{
    private readonly CircuitBreakerStateProvider _pollyState = new();
    private readonly TestKit.ManualTimeProvider _pollyClock = new();

    [Fact]
    public async Task P2_CancelledTrial_PollyCloses()
    {
        var polly = await OpenedPollyAsync();
        _pollyClock.Advance(TimeSpan.FromSeconds(30));

        await Assert.ThrowsAsync<OperationCanceledException>(() => polly.ExecuteAsync(_ => throw new OperationCanceledException()).AsTask());

        Assert.Equal(PollyState.Closed, _pollyState.CircuitState);
    }

    [Fact]
    public void P2_CancelledTrial_OursStaysHalfOpenAndFreesItsPlace()
    {
        var ours = new BreakerHarness(new CircuitBreakerOptions { HalfOpen = new HalfOpenOptions { Trials = 1 } }).Due();

        ours.Call(CallResult.Neutral);

        Assert.Equal((CircuitBreakerState.HalfOpen, 0), (ours.State, ours.Snapshot.TrialsInFlight));
        Assert.True(ours.Enter().IsTrial);
    }

    [Fact]
    public async Task P3_SuccessThatBeganBeforeTheOutage_PollyCloses()
    {
        var early = new TaskCompletionSource();
        var trial = new TaskCompletionSource();
        var polly = Polly();
        var earlyCall = polly.ExecuteAsync(async _ => await early.Task).AsTask();
        await OpenAsync(polly);
        _pollyClock.Advance(TimeSpan.FromSeconds(30));
        var trialCall = polly.ExecuteAsync(async _ => await trial.Task).AsTask();
        Assert.Equal(PollyState.HalfOpen, _pollyState.CircuitState);

        early.SetResult();
        await earlyCall;

        Assert.Equal(PollyState.Closed, _pollyState.CircuitState);
        trial.SetResult();
        await trialCall;
    }

    [Fact]
    public void P3_SuccessThatBeganBeforeTheOutage_OursStaysHalfOpen()
    {
        var ours = new BreakerHarness(new CircuitBreakerOptions { HalfOpen = new HalfOpenOptions { Trials = 1 } });
        var early = ours.EnterAdmitted();
        ours.Due().EnterAdmitted();

        ours.Exit(early, CallResult.Success);

        Assert.Equal((CircuitBreakerState.HalfOpen, 1), (ours.State, ours.Snapshot.TrialsInFlight));
    }

    [Fact]
    public async Task P4_HungTrial_PollyRejectsForEver()
    {
        var hang = new TaskCompletionSource();
        var polly = await OpenedPollyAsync();
        _pollyClock.Advance(TimeSpan.FromSeconds(30));
        var hung = polly.ExecuteAsync(async _ => await hang.Task).AsTask();

        for (var day = 0; day < 7; day++)
        {
            _pollyClock.Advance(TimeSpan.FromDays(1));
            await Assert.ThrowsAsync<BrokenCircuitException>(() => polly.ExecuteAsync(_ => ValueTask.CompletedTask).AsTask());
        }

        hang.SetResult();
        await hung;
    }

    [Fact]
    public void P4_HungTrials_OursReopensAndTriesAgain()
    {
        var ours = new BreakerHarness().Due();
        _ = Enumerable.Range(0, 3).Select(_ => ours.EnterAdmitted()).ToList();
        Assert.False(ours.Enter().Admitted);

        ours.Advance(10 + 60);
        ours.Calls(3, CallResult.Success);

        Assert.Equal(CircuitBreakerState.Closed, ours.State);
    }

    [Fact]
    public async Task WallClockSetBack_PollyStaysOpenForThatLong()
    {
        var polly = await OpenedPollyAsync();
        _pollyClock.ShiftWallClock(TimeSpan.FromHours(-1));

        _pollyClock.Advance(TimeSpan.FromMinutes(59));

        await Assert.ThrowsAsync<BrokenCircuitException>(() => polly.ExecuteAsync(_ => ValueTask.CompletedTask).AsTask());
    }

    [Fact]
    public void WallClockSetBack_OursTriesAfterTheBreak()
    {
        var ours = new BreakerHarness().Opened();
        ours.Clock.ShiftWallClock(TimeSpan.FromHours(-1));

        ours.Advance(30);

        Assert.True(ours.Enter().IsTrial);
    }

    private static async Task OpenAsync(ResiliencePipeline polly)
    {
        for (var i = 0; i < 5; i++)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => polly.ExecuteAsync(_ => throw new InvalidOperationException()).AsTask());
        }

        await Assert.ThrowsAsync<BrokenCircuitException>(() => polly.ExecuteAsync(_ => ValueTask.CompletedTask).AsTask());
    }

    private async Task<ResiliencePipeline> OpenedPollyAsync()
    {
        var polly = Polly();
        await OpenAsync(polly);
        return polly;
    }

    private ResiliencePipeline Polly() => new ResiliencePipelineBuilder { TimeProvider = _pollyClock }
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            FailureRatio = 0.5,
            MinimumThroughput = 5,
            SamplingDuration = TimeSpan.FromSeconds(30),
            BreakDuration = TimeSpan.FromSeconds(30),
            StateProvider = _pollyState,
        })
        .Build();
}

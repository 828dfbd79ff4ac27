using System.Net;
using Microsoft.Extensions.Primitives;
using Polly;
using Polly.CircuitBreaker;
using Polly.Registry;
using Polly.Timeout;
using Resilience.Pipelines;
using Resilience.Pipelines.Bulkhead;
using Resilience.Pipelines.CircuitBreaker;
using Resilience.Pipelines.Retry;
using Resilience.Pipelines.Timeouts;
using Resilience.Sdk.Tests.Pipelines.Peers;
using Resilience.Sdk.Tests.Pipelines.Simulations;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Pipelines;

/// <summary>
/// The ten defects that were found in the handlers of others, each as one scenario that is played to the peer
/// (<see cref="StandardPeer"/>) and to ours. Should an assertion about the peer fail after an update, the peer was mended,
/// and the decision that rests on the defect may be reviewed. Longer than other files, as ten scenarios are.
/// </summary>
public sealed class PeerDefectTests
{
    private static readonly DependencyOptions Microsoft = DependencyPresets.Of(DependencyPreset.Microsoft);
    private static readonly DependencyOptions Quick = Microsoft with { Retry = Microsoft.Retry with { Delay = TimeSpan.Zero } };

    /// <summary>A breaker alone that breaks for exactly 30 s: five failures open it, on either side.</summary>
    private static readonly DependencyOptions Breaker = Microsoft with
    {
        Retry = Microsoft.Retry with { MaxRetryAttempts = 1, Delay = TimeSpan.FromDays(1), UseJitter = false },
        TotalRequestTimeout = new TimeoutOptions { Timeout = TimeSpan.FromHours(23) },
        AttemptTimeout = new TimeoutOptions { Timeout = TimeSpan.FromHours(22) },
        CircuitBreaker = Microsoft.CircuitBreaker with { FailureRatio = 0.5, MinimumThroughput = 5, BreakDuration = TimeSpan.FromSeconds(30), MaxBreakDuration = TimeSpan.FromSeconds(30) },
    };

    private readonly Simulation _peerTime = new();
    private readonly Simulation _ourTime = new();

    [Fact]
    public void P1_ReloadOfAnUnrelatedKey_OpensTheCircuitAgain()
    {
        using var changed = new CancellationTokenSource();
        using var registry = new ResiliencePipelineRegistry<string>();
        registry.TryAddBuilder("dependency", (builder, context) =>
        {
            context.AddReloadToken(changed.Token);
            builder.TimeProvider = _peerTime;
            builder.AddCircuitBreaker(new CircuitBreakerStrategyOptions { FailureRatio = 0.5, MinimumThroughput = 5 });
        });
        var polly = registry.GetPipeline("dependency");
        var options = Breaker;
        var dependencies = new DependencyRegistry(_ => options, _ourTime, () => new Random(1));
        var ours = dependencies.Get("dependency");
        var theirs = new Contender("peer", (attempt, token) => polly.ExecuteAsync(attempt, token));

        Open(theirs, _peerTime);
        changed.Cancel();
        Assert.True(Succeeds(theirs, _peerTime), "the peer keeps its circuit open");

        Open(Contender.Ours(ours), _ourTime);
        options = options with { AttemptTimeout = new TimeoutOptions { Timeout = TimeSpan.FromSeconds(9) } };
        dependencies.Apply();
        Assert.False(Succeeds(Contender.Ours(ours), _ourTime));
        Assert.Equal(TimeSpan.FromSeconds(9), ours.Whole.Options.AttemptTimeout.Timeout);
    }

    [Fact]
    public void P2_CancelledTrial_ClosesTheCircuit()
    {
        Assert.Equal(10, CallsAfterACancelledTrial(Contender.Peer(Breaker, _peerTime), _peerTime));
        Assert.Equal(1, CallsAfterACancelledTrial(Contender.Ours(Breaker, _ourTime), _ourTime));
    }

    [Fact]
    public void P3_SuccessThatBeganBeforeTheOutage_ClosesTheCircuit()
    {
        Assert.Equal(10, CallsAfterALateSuccess(Contender.Peer(Breaker, _peerTime), _peerTime));
        Assert.Equal(0, CallsAfterALateSuccess(Contender.Ours(Breaker, _ourTime), _ourTime));
    }

    [Fact]
    public void P4_HungTrial_RejectsForEver()
    {
        var options = Breaker with { AttemptTimeout = new TimeoutOptions { Enabled = false } };

        Assert.False(RecoversFromAHungTrial(Contender.Peer(options, _peerTime), _peerTime));
        Assert.True(RecoversFromAHungTrial(Contender.Ours(options, _ourTime), _ourTime));
    }

    [Fact]
    public async Task P5_RetryAfterBeyondTheDeadline_BurnsItAndLosesTheAnswer()
    {
        var options = Quick with { TotalRequestTimeout = new TimeoutOptions { Timeout = TimeSpan.FromSeconds(2) }, AttemptTimeout = new TimeoutOptions { Timeout = TimeSpan.FromSeconds(1) } };
        var time = new ManualTimeProvider();

        var peer = Contender.PeerClient(options, time, TooMany()).GetAsync("http://a/");
        await time.WhenTimersReach(2).WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);
        time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(peer.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.2));
        await Assert.ThrowsAsync<TimeoutRejectedException>(() => peer.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System));

        using var ours = await Contender.OurClient(options, time, TooMany()).GetAsync("http://a/").WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);
        Assert.Equal(HttpStatusCode.TooManyRequests, ours.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(60), ours.Headers.RetryAfter?.Delta);

        static ScriptedHandler TooMany() => new((_, _, _) => Task.FromResult(
            new HttpResponseMessage(HttpStatusCode.TooManyRequests) { Headers = { RetryAfter = new(TimeSpan.FromSeconds(60)) } }));
    }

    [Fact]
    public async Task P6_Post_IsSentFourTimes()
    {
        var (peer, ours) = (ScriptedHandler.Of(HttpStatusCode.InternalServerError), ScriptedHandler.Of(HttpStatusCode.InternalServerError));
        var defaults = new DependencyOptions { Retry = new RetryOptions { Delay = TimeSpan.Zero } };

        await Contender.PeerClient(Quick, TimeProvider.System, peer).PostAsync("http://a/", new StringContent("x"));
        await Contender.OurClient(defaults, TimeProvider.System, ours).PostAsync("http://a/", new StringContent("x"));

        Assert.Equal((4, 1), (peer.Calls, ours.Calls));
    }

    [Fact]
    public async Task P7_OneShotBody_ThrowsInPlaceOfTheAnswer()
    {
        var defaults = new DependencyOptions { Retry = new RetryOptions { Delay = TimeSpan.Zero } };

        await Assert.ThrowsAnyAsync<Exception>(() => PutAsync(Contender.PeerClient(Quick, TimeProvider.System, Failing())));
        using var ours = await PutAsync(Contender.OurClient(defaults, TimeProvider.System, Failing()));
        using var tooLarge = await PutAsync(Contender.OurClient(defaults with { Http = new() { MaxReplayedBody = 2 } }, TimeProvider.System, Failing()));

        Assert.Equal((HttpStatusCode.InternalServerError, HttpStatusCode.InternalServerError), (ours.StatusCode, tooLarge.StatusCode));

        static FailingWire Failing() => new();

        static async Task<HttpResponseMessage> PutAsync(HttpClient client)
        {
            using var body = new StreamContent(new OneShotStream("hello"));
            return await client.PutAsync("http://a/", body);
        }
    }

    [Fact]
    public void P8_PermitsHeldWhileBackingOff_RejectNewCallsWithNoneInFlight()
    {
        var options = Microsoft with { Bulkhead = new BulkheadOptions { PermitLimit = 10, QueueLimit = 0 } };

        Assert.Equal(10, RejectedDuringBackOff(Contender.Peer(options, _peerTime), _peerTime));
        Assert.Equal(0, RejectedDuringBackOff(Contender.Ours(options, _ourTime), _ourTime));
    }

    [Fact]
    public void P9_OutageBelowTheMinimumThroughput_IsAmplifiedFourfold()
    {
        Assert.Equal(96, AttemptsOf24FailedCalls(Contender.Peer(Microsoft, _peerTime), _peerTime));
        Assert.InRange(AttemptsOf24FailedCalls(Contender.Ours(new DependencyOptions(), _ourTime), _ourTime), 5, 27);

        // The budget alone, too, without the breaker's help.
        var time = new Simulation();
        var budgetOnly = new DependencyOptions { CircuitBreaker = new CircuitBreakerOptions { Mode = CircuitBreakerMode.Disabled } };
        Assert.Equal(27, AttemptsOf24FailedCalls(Contender.Ours(budgetOnly, time), time));
    }

    [Fact]
    public void P10_Queueing_EscapesTheTotalTimeout()
    {
        var options = Microsoft with
        {
            Bulkhead = new BulkheadOptions { PermitLimit = 1, QueueLimit = 10, MaxQueueWait = TimeSpan.FromMinutes(1) },
            TotalRequestTimeout = new TimeoutOptions { Timeout = TimeSpan.FromSeconds(1) },
            AttemptTimeout = new TimeoutOptions { Timeout = TimeSpan.FromSeconds(1) },
        };

        Assert.Equal(TimeSpan.FromSeconds(2.7), LongestOfThreeQueuedCalls(Contender.Peer(options, _peerTime), _peerTime));
        Assert.InRange(LongestOfThreeQueuedCalls(Contender.Ours(options, _ourTime), _ourTime), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(1.001));
    }

    private static ValueTask<int> FailAsync(CancellationToken token) => throw new InvalidOperationException("The dependency failed.");

    private static bool Succeeds(Contender side, Simulation time) => side.Begin(time, _ => new(42)).IsCompletedSuccessfully;

    private static void Open(Contender side, Simulation time)
    {
        for (var i = 0; i < 5; i++)
        {
            _ = side.Begin(time, FailAsync);
        }

        Assert.False(Succeeds(side, time), $"{side} is still closed");
    }

    /// <summary>How many of ten calls that do not end are let through beside each other.</summary>
    private static int Admitted(Contender side, Simulation time)
    {
        var calls = 0;
        for (var i = 0; i < 10; i++)
        {
            _ = side.Begin(time, _ =>
            {
                calls++;
                return new(new TaskCompletionSource<int>().Task);
            });
        }

        return calls;
    }

    private static int CallsAfterACancelledTrial(Contender side, Simulation time)
    {
        Open(side, time);
        time.MoveTo(TimeSpan.FromSeconds(33));
        using var caller = new CancellationTokenSource();
        var trial = side.Begin(
            time,
            async token =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, time, token);
                return 42;
            },
            caller.Token);
        Assert.False(trial.IsCompleted);
        time.Run(caller.Cancel);
        Assert.True(trial.IsCanceled);
        return Admitted(side, time);
    }

    private static int CallsAfterALateSuccess(Contender side, Simulation time)
    {
        var early = new TaskCompletionSource<int>();
        var earlyCall = side.Begin(time, _ => new(early.Task));
        Open(side, time);
        time.MoveTo(TimeSpan.FromSeconds(33));
        var trial = side.Begin(time, _ => new(new TaskCompletionSource<int>().Task));
        Assert.False(trial.IsCompleted);
        time.Run(() => early.SetResult(42));
        Assert.True(earlyCall.IsCompletedSuccessfully);
        return Admitted(side, time);
    }

    private static bool RecoversFromAHungTrial(Contender side, Simulation time)
    {
        Open(side, time);
        time.MoveTo(TimeSpan.FromSeconds(33));
        Assert.False(side.Begin(time, _ => new(new TaskCompletionSource<int>().Task)).IsCompleted);
        for (var hour = 1; hour <= 20; hour++)
        {
            time.MoveTo(TimeSpan.FromHours(hour));
            if (Succeeds(side, time))
            {
                return true;
            }
        }

        return false;
    }

    private static int RejectedDuringBackOff(Contender side, Simulation time)
    {
        for (var i = 0; i < 10; i++)
        {
            Assert.False(side.Begin(time, FailAsync).IsCompleted);
        }

        return Enumerable.Range(0, 10).Count(_ => !Succeeds(side, time));
    }

    private static int AttemptsOf24FailedCalls(Contender side, Simulation time)
    {
        var attempts = 0;
        for (var i = 0; i < 24; i++)
        {
            _ = side.Begin(time, _ =>
            {
                attempts++;
                throw new InvalidOperationException("The dependency failed.");
            });
        }

        time.MoveTo(TimeSpan.FromMinutes(2));
        return attempts;
    }

    private static TimeSpan LongestOfThreeQueuedCalls(Contender side, Simulation time)
    {
        var longest = TimeSpan.Zero;
        for (var i = 0; i < 3; i++)
        {
            time.Run(() => _ = MeasureAsync());
        }

        time.MoveTo(TimeSpan.FromSeconds(10));
        return longest;

        async Task MeasureAsync()
        {
            await Record.ExceptionAsync(async () => await side.CallAsync(async token =>
            {
                await Task.Delay(TimeSpan.FromSeconds(0.9), time, token);
                return 42;
            }));
            longest = time.Now > longest ? time.Now : longest;
        }
    }

    /// <summary>Writes the body out as a connection does, without buffering it, and answers 500.</summary>
    private sealed class FailingWire : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await request.Content!.CopyToAsync(Stream.Null, cancellationToken);
            return new HttpResponseMessage(HttpStatusCode.InternalServerError);
        }
    }
}

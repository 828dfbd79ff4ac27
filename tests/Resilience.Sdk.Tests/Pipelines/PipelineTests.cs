using System.Net;
using Polly.CircuitBreaker;
using Polly.Timeout;
using Resilience.Pipelines;
using Resilience.Pipelines.Bulkhead;
using Resilience.Pipelines.CircuitBreaker;
using Resilience.Pipelines.Hedging;
using Resilience.Pipelines.Http;
using Resilience.Pipelines.Retry;
using Resilience.Pipelines.Timeouts;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Pipelines;

/// <summary>
/// The strategies together, one test a promise; hence the length. The defects named P1 to P10 were reproduced on the
/// handlers of others; P2, P3 and P4 are the breaker's own and tested there.
/// </summary>
public sealed class PipelineTests
{
    private readonly ManualTimeProvider _time = new();

    private static DependencyOptions Quick { get; } = new()
    {
        Retry = new RetryOptions { MaxRetryAttempts = 3, Delay = TimeSpan.Zero, MaxDelay = TimeSpan.FromSeconds(30), UseJitter = false, Budget = null },
        CircuitBreaker = new CircuitBreakerOptions { Mode = CircuitBreakerMode.Disabled },
    };

    [Fact]
    public async Task Success_ComesBackAsItIs()
    {
        Assert.Equal(42, await Make(Quick).ExecuteAsync(_ => ValueTask.FromResult(42)));
    }

    [Fact]
    public async Task Retry_NextAttemptIsRejectedByUs_TheRealAnswerComesBack()
    {
        var server = ScriptedHandler.Of(HttpStatusCode.InternalServerError);
        var options = Quick with { CircuitBreaker = new CircuitBreakerOptions { ConsecutiveFailures = 1 } };

        using var response = await Client(options, server).GetAsync("http://a/");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal(1, server.Calls);
    }

    [Fact]
    public async Task AttemptTimeout_SlowAttempt_IsCutShortAndRepeated()
    {
        var options = Quick with { AttemptTimeout = new TimeoutOptions { Timeout = TimeSpan.FromSeconds(1) } };
        var server = new ScriptedHandler(async (call, _, ct) =>
        {
            if (call == 0)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, _time, ct);
            }

            return new HttpResponseMessage(HttpStatusCode.OK);
        });

        var sending = Client(options, server).GetAsync("http://a/");
        Assert.False(sending.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1.1));

        Assert.Equal(HttpStatusCode.OK, (await sending.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System)).StatusCode);
        Assert.Equal(2, server.Calls);
    }

    [Fact]
    public async Task Caller_Cancels_IsNobodysFault()
    {
        using var cancel = new CancellationTokenSource();
        var dependency = Make(Quick with { CircuitBreaker = new CircuitBreakerOptions { ConsecutiveFailures = 1 } });
        var server = new ScriptedHandler(async (_, _, ct) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, ct);
            return new HttpResponseMessage();
        });

        var sending = Client(dependency, server).GetAsync("http://a/", cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.Equal(CircuitBreakerState.Closed, dependency.Circuit);
        Assert.Equal(1, server.Calls);
    }

    [Fact]
    public async Task Deadline_OfTheCaller_ShortensTheCallAndIsSentAlong()
    {
        var server = ScriptedHandler.Of(HttpStatusCode.OK);
        var client = Client(Quick, server);

        using (CallDeadline.Begin(TimeSpan.FromSeconds(2), _time))
        {
            await client.GetAsync("http://a/");
            _time.Advance(TimeSpan.FromSeconds(3));
            await Assert.ThrowsAsync<TimeoutRejectedException>(() => client.GetAsync("http://a/"));
        }

        await client.GetAsync("http://a/");
        Assert.Equal(["2000", null], server.Deadlines);
    }

    [Fact]
    public async Task Hedging_SlowFirstAttempt_SecondWinsAndTheLoserIsCancelledAndReleased()
    {
        var options = Quick with { Hedging = new HedgingOptions { Enabled = true, Delay = TimeSpan.FromMilliseconds(100) } };
        var cancelled = new TaskCompletionSource();
        var server = new ScriptedHandler(async (call, _, ct) =>
        {
            if (call == 0)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, _time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancelled.TrySetResult();
                ct.ThrowIfCancellationRequested();
            }

            return new HttpResponseMessage(HttpStatusCode.OK);
        });
        var dependency = Make(options);

        var sending = Client(dependency, server).GetAsync("http://a/");
        _time.Advance(TimeSpan.FromMilliseconds(150));

        Assert.Equal(HttpStatusCode.OK, (await sending.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System)).StatusCode);
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);
        Assert.Equal(2, server.Calls);
        for (var i = 0; i < 200 && dependency.Whole.Bulkhead.Snapshot().InUse > 0; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        Assert.Equal(0, dependency.Whole.Bulkhead.Snapshot().InUse);
    }

    [Fact]
    public async Task ByAuthority_OneHostDown_TheOtherIsCalled()
    {
        var options = Quick with
        {
            Retry = Quick.Retry with { Enabled = false },
            CircuitBreaker = new CircuitBreakerOptions { ConsecutiveFailures = 1 },
            Http = new HttpDependencyOptions { ByAuthority = true },
        };
        var server = new ScriptedHandler((_, request, _) => Task.FromResult(
            new HttpResponseMessage(request.RequestUri!.Host == "down" ? HttpStatusCode.InternalServerError : HttpStatusCode.OK)));
        var client = Client(options, server);
        await client.GetAsync("http://down/");

        await Assert.ThrowsAsync<BrokenCircuitException>(() => client.GetAsync("http://down/"));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("http://up/")).StatusCode);
    }

    [Fact]
    public async Task PollyPipeline_OfTheDependency_RepeatsAndCutsShort()
    {
        var dependency = Make(Quick with { AttemptTimeout = new TimeoutOptions { Timeout = TimeSpan.FromSeconds(1) } });
        var attempts = 0;

        var running = dependency.Pipeline.ExecuteAsync(async token =>
        {
            if (attempts++ == 0)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, _time, token);
            }

            return "done";
        }).AsTask();
        _time.Advance(TimeSpan.FromSeconds(1.1));

        Assert.Equal("done", await running.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System));
        Assert.Equal(2, attempts);
    }

    [Fact]
    public async Task Operator_ForcesTheCircuitOpen_UntilReleased()
    {
        var dependency = Make(Quick with { CircuitBreaker = new CircuitBreakerOptions() });
        dependency.Force(CircuitBreakerMode.ForcedOpen);
        Assert.Equal(CircuitBreakerState.ForcedOpen, dependency.Circuit);
        await Assert.ThrowsAsync<BrokenCircuitException>(() => dependency.ExecuteAsync(_ => ValueTask.FromResult(1)).AsTask());

        dependency.Force(null);
        Assert.Equal(1, await dependency.ExecuteAsync(_ => ValueTask.FromResult(1)));
    }

    [Fact]
    public async Task Bulkhead_Full_SaysHowManyWereRunning()
    {
        var dependency = Make(Quick with { Retry = Quick.Retry with { Enabled = false }, Bulkhead = new BulkheadOptions { PermitLimit = 1, QueueLimit = 0 } });
        var release = new TaskCompletionSource<int>();
        var running = dependency.ExecuteAsync(_ => new ValueTask<int>(release.Task)).AsTask();

        var exception = await Assert.ThrowsAsync<BulkheadRejectedException>(() => dependency.ExecuteAsync(_ => ValueTask.FromResult(1)).AsTask());

        Assert.Contains("1 calls were running", exception.Message, StringComparison.Ordinal);
        release.SetResult(1);
        await running;
    }

    [Fact]
    public async Task SuccessPath_AllocatesNothingInThePipeline()
    {
        var pipeline = Make(new DependencyOptions()).Whole;
        var call = new InstantCall();
        for (var i = 0; i < 1000; i++)
        {
            await pipeline.ExecuteAsync<int, InstantCall>(call);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            await pipeline.ExecuteAsync<int, InstantCall>(call);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private Dependency Make(DependencyOptions options) => new("dependency", options, _time, () => new Random(1));

    private HttpClient Client(DependencyOptions options, ScriptedHandler server) => Client(Make(options), server);

    private static HttpClient Client(Dependency dependency, ScriptedHandler server) =>
        new(new DependencyHandler(dependency) { InnerHandler = server }) { Timeout = Timeout.InfiniteTimeSpan };
}

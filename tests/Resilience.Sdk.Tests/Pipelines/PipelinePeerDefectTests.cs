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

/// <summary>Defects that were reproduced in peers, by their numbers, and do not occur here.</summary>
public sealed class PipelinePeerDefectTests
{
    private readonly ManualTimeProvider _time = new();

    private static DependencyOptions Quick { get; } = new()
    {
        Retry = new RetryOptions { MaxRetryAttempts = 3, Delay = TimeSpan.Zero, MaxDelay = TimeSpan.FromSeconds(30), UseJitter = false, Budget = null },
        CircuitBreaker = new CircuitBreakerOptions { Mode = CircuitBreakerMode.Disabled },
    };

    [Theory]
    [InlineData("GET", 4)]
    [InlineData("PUT", 4)]
    [InlineData("DELETE", 4)]
    [InlineData("POST", 1)]
    [InlineData("PATCH", 1)]
    public async Task P6_OnlyIdempotentMethodsAreRepeated(string method, int calls)
    {
        var server = ScriptedHandler.Of(HttpStatusCode.InternalServerError);
        using var response = await Client(Quick, server).SendAsync(new HttpRequestMessage(new HttpMethod(method), "http://a/"));

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal(calls, server.Calls);
    }

    [Fact]
    public async Task P6_PostWithAnIdempotencyKeyOrAnOptIn_IsRepeated()
    {
        var server = ScriptedHandler.Of(HttpStatusCode.InternalServerError, HttpStatusCode.OK, HttpStatusCode.InternalServerError, HttpStatusCode.OK);
        var client = Client(Quick, server);
        using var keyed = new HttpRequestMessage(HttpMethod.Post, "http://a/") { Headers = { { "Idempotency-Key", "k" } } };
        using var opted = new HttpRequestMessage(HttpMethod.Post, "http://a/");
        opted.Options.Set(DependencyRequest.Idempotent, true);

        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(keyed)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(opted)).StatusCode);
        Assert.Equal(4, server.Calls);
    }

    [Fact]
    public async Task P6_PostThatWasNeverSent_IsRepeated()
    {
        var server = new ScriptedHandler((call, _, _) => call == 0
            ? throw new HttpRequestException(HttpRequestError.ConnectionError)
            : Task.FromResult(new HttpResponseMessage(HttpStatusCode.Created)));

        using var response = await Client(Quick, server).PostAsync("http://a/", new StringContent("x"));

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    [Fact]
    public async Task P7_OneShotBody_IsReplayedFromItsCopy()
    {
        var server = ScriptedHandler.Of(HttpStatusCode.InternalServerError, HttpStatusCode.OK);
        using var body = new StreamContent(new OneShotStream("hello"));

        using var response = await Client(Quick, server).PutAsync("http://a/", body);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["hello", "hello"], server.Bodies);
    }

    [Fact]
    public async Task P7_BodyTooLargeToKeep_TheRealAnswerComesBack()
    {
        var server = ScriptedHandler.Of(HttpStatusCode.InternalServerError, HttpStatusCode.OK);
        using var body = new StreamContent(new OneShotStream(new string('x', 2000)));

        using var response = await Client(Quick with { Http = new HttpDependencyOptions { MaxReplayedBody = 1000 } }, server).PutAsync("http://a/", body);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal(1, server.Calls);
    }

    [Fact]
    public async Task P5_RetryAfterBeyondTheDeadline_TheAnswerComesBackAtOnce()
    {
        var server = new ScriptedHandler((_, _, _) => Task.FromResult(
            new HttpResponseMessage(HttpStatusCode.TooManyRequests) { Headers = { RetryAfter = new(TimeSpan.FromSeconds(60)) } }));
        var options = Quick with
        {
            TotalRequestTimeout = new TimeoutOptions { Timeout = TimeSpan.FromSeconds(2) },
            Retry = Quick.Retry with { MaxDelay = null },
        };

        using var response = await Client(options, server).GetAsync("http://a/");

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal(1, server.Calls);
        Assert.DoesNotContain(_time.Timers, left => left < TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task P1_ReloadOfAnythingElse_LeavesTheBreakOpen()
    {
        var server = ScriptedHandler.Of(HttpStatusCode.InternalServerError);
        var options = Quick with { Retry = Quick.Retry with { Enabled = false }, CircuitBreaker = new CircuitBreakerOptions { ConsecutiveFailures = 2 } };
        var dependency = Make(options);
        var client = Client(dependency, server);
        await client.GetAsync("http://a/");
        await client.GetAsync("http://a/");
        Assert.Equal(CircuitBreakerState.Open, dependency.Circuit);

        dependency.Apply(options with { AttemptTimeout = new TimeoutOptions { Timeout = TimeSpan.FromSeconds(1) } });

        await Assert.ThrowsAsync<BrokenCircuitException>(() => client.GetAsync("http://a/"));
        Assert.Equal(2, server.Calls);
    }

    [Fact]
    public async Task P8_BulkheadIsNotHeldWhileBackingOff()
    {
        var options = Quick with
        {
            Retry = Quick.Retry with { Delay = TimeSpan.FromSeconds(5), BackoffType = BackoffType.Constant },
            Bulkhead = new BulkheadOptions { PermitLimit = 1, QueueLimit = 0 },
        };
        var server = ScriptedHandler.Of(HttpStatusCode.InternalServerError, HttpStatusCode.OK);
        var client = Client(options, server);

        var backingOff = client.GetAsync("http://a/");
        Assert.False(backingOff.IsCompleted);
        using var other = await client.GetAsync("http://a/");

        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(HttpStatusCode.OK, (await backingOff).StatusCode);
    }

    [Fact]
    public async Task P10_QueueingCountsAgainstTheDeadline()
    {
        var options = Quick with
        {
            TotalRequestTimeout = new TimeoutOptions { Timeout = TimeSpan.FromSeconds(1) },
            AttemptTimeout = new TimeoutOptions { Timeout = TimeSpan.FromSeconds(1) },
            Bulkhead = new BulkheadOptions { PermitLimit = 1, QueueLimit = 10, MaxQueueWait = TimeSpan.FromSeconds(60) },
        };
        var server = new ScriptedHandler(async (_, _, ct) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, ct);
            return new HttpResponseMessage();
        });
        var client = Client(options, server);
        var running = client.GetAsync("http://a/");
        var queued = client.GetAsync("http://a/");

        for (var i = 0; i < 20 && !(running.IsCompleted && queued.IsCompleted); i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }

        await Assert.ThrowsAsync<TimeoutRejectedException>(() => running);
        Assert.NotNull(await Record.ExceptionAsync(() => queued));
        Assert.True(server.Calls <= 2);
    }

    [Fact]
    public async Task P9_FullOutage_AmplificationStaysWithinTheBudget()
    {
        var options = Quick with { Retry = Quick.Retry with { Budget = new RetryBudgetOptions { Ratio = 0.1, MinPerSecond = 3 } } };
        var server = ScriptedHandler.Of(HttpStatusCode.InternalServerError);
        var client = Client(options, server);
        const int calls = 3000;
        for (var i = 0; i < calls; i++)
        {
            using var response = await client.GetAsync("http://a/");
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.InRange((double)server.Calls / calls, 1.0, 1.1);
    }

    private Dependency Make(DependencyOptions options) => new("dependency", options, _time, () => new Random(1));

    private HttpClient Client(DependencyOptions options, ScriptedHandler server) => Client(Make(options), server);

    private static HttpClient Client(Dependency dependency, ScriptedHandler server) =>
        new(new DependencyHandler(dependency) { InnerHandler = server }) { Timeout = Timeout.InfiniteTimeSpan };
}

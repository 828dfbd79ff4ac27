using System.Net;
using Polly;
using Resilience.Pipelines;
using Resilience.Pipelines.Bulkhead;
using Resilience.Pipelines.CircuitBreaker;
using Resilience.Pipelines.Http;
using Resilience.Pipelines.Retry;
using Resilience.Pipelines.Timeouts;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Pipelines;

/// <summary>The order of Microsoft's standard handler, for those who ask for it: the limiter is outermost.</summary>
public sealed class BulkheadScopeTests
{
    private readonly ManualTimeProvider _time = new();

    private static DependencyOptions AroundTheCall { get; } = new()
    {
        Retry = new RetryOptions { MaxRetryAttempts = 3, Delay = TimeSpan.FromSeconds(5), UseJitter = false, BackoffType = BackoffType.Constant, Budget = null },
        CircuitBreaker = new CircuitBreakerOptions { Mode = CircuitBreakerMode.Disabled },
        Bulkhead = new BulkheadOptions { Scope = BulkheadScope.Call, PermitLimit = 1, QueueLimit = 10, MaxQueueWait = TimeSpan.FromSeconds(60) },
    };

    [Fact]
    public void MicrosoftPreset_HasTheLimiterOutermost() =>
        Assert.Equal(BulkheadScope.Call, DependencyPresets.Of(DependencyPreset.Microsoft).Bulkhead.Scope);

    [Fact]
    public async Task Call_BackingOff_HoldsItsPermit()
    {
        var server = ScriptedHandler.Of(HttpStatusCode.InternalServerError, HttpStatusCode.OK);
        var dependency = Make(AroundTheCall with { Bulkhead = AroundTheCall.Bulkhead with { QueueLimit = 0 } });
        using var client = Client(dependency, server);

        var backingOff = client.GetAsync("http://a/");
        await Assert.ThrowsAsync<BulkheadRejectedException>(() => client.GetAsync("http://a/"));
        Assert.Equal(1, dependency.Whole.Bulkhead.Snapshot().InUse);

        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(HttpStatusCode.OK, (await backingOff).StatusCode);
        Assert.Equal(0, dependency.Whole.Bulkhead.Snapshot().InUse);
    }

    [Fact]
    public async Task Call_Queued_ItsWaitCountsAgainstTheDeadline()
    {
        var dependency = Make(AroundTheCall with { TotalRequestTimeout = new TimeoutOptions { Timeout = TimeSpan.FromSeconds(1) } });
        var running = new TaskCompletionSource<int>();
        var first = dependency.ExecuteAsync(_ => new ValueTask<int>(running.Task)).AsTask();

        var second = dependency.ExecuteAsync(_ => ValueTask.FromResult(2)).AsTask();
        _time.Advance(TimeSpan.FromSeconds(1.1));

        await Assert.ThrowsAsync<BulkheadRejectedException>(() => second);
        running.SetResult(1);
        Assert.Equal(1, await first);
    }

    [Fact]
    public async Task Call_WhateverItsEnd_ReturnsItsPermit()
    {
        var dependency = Make(AroundTheCall with { Retry = AroundTheCall.Retry with { Enabled = false } });
        using var cancelled = new CancellationTokenSource();

        await Assert.ThrowsAsync<IOException>(() => dependency.ExecuteAsync<int>(_ => throw new IOException()).AsTask());
        var running = dependency.ExecuteAsync(
            async token =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, _time, token);
                return 1;
            },
            cancelled.Token).AsTask();
        var waiting = dependency.ExecuteAsync(_ => ValueTask.FromResult(2), cancelled.Token).AsTask();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        dependency.Force(CircuitBreakerMode.ForcedOpen);
        await Assert.ThrowsAnyAsync<ExecutionRejectedException>(() => dependency.ExecuteAsync(_ => ValueTask.FromResult(3)).AsTask());

        Assert.Equal(0, dependency.Whole.Bulkhead.Snapshot().InUse);
    }

    [Fact]
    public async Task Scope_ChangedWhileACallRuns_LosesNoPermit()
    {
        var dependency = Make(AroundTheCall);
        var running = new TaskCompletionSource<int>();
        var call = dependency.ExecuteAsync(_ => new ValueTask<int>(running.Task)).AsTask();

        dependency.Apply(AroundTheCall with { Bulkhead = AroundTheCall.Bulkhead with { Scope = BulkheadScope.Attempt } });
        running.SetResult(1);
        await call;
        await dependency.ExecuteAsync(_ => ValueTask.FromResult(2));

        Assert.Equal(0, dependency.Whole.Bulkhead.Snapshot().InUse);
    }

    private Dependency Make(DependencyOptions options) => new("api", options, _time, () => new Random(1));

    private static HttpClient Client(Dependency dependency, HttpMessageHandler server) => new(new DependencyHandler(dependency) { InnerHandler = server });
}

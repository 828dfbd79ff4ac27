using Polly;
using Polly.CircuitBreaker;
using Resilience.Pipelines;
using Resilience.Pipelines.CircuitBreaker;
using Xunit.Abstractions;

namespace Resilience.Sdk.Tests.Pipelines.CircuitBreaker;

/// <summary>What a call costs. The times are printed, as they depend on the machine and the build; the allocations must be none.</summary>
public sealed class BreakerCostTests(ITestOutputHelper output)
{
    private const int Batch = 20_000;
    private const int Batches = 60;
    private const int CallsPerThread = 200_000;

    private readonly TimeProvider _time = TimeProvider.System;
    private readonly CircuitBreakerOptions _options = new() { SlowCallDuration = TimeSpan.FromSeconds(2) };

    [Fact]
    public void SuccessAndRejection_AllocateNothing()
    {
        var closed = new Breaker(_time, new FixedRandom(), onTransition: null);
        var open = new Breaker(_time, new FixedRandom(), onTransition: null);
        for (var i = 0; i < 5; i++)
        {
            var now = _time.GetTimestamp();
            open.Exit(open.TryEnter(_options, now), CallResult.Failure, TimeSpan.Zero, _options, now);
        }

        var success = Measure("enter + exit, success", () => Succeed(closed, _options, _time.GetTimestamp(), Batch));
        var reject = Measure("enter, rejected", () => Reject(open, _time.GetTimestamp(), Batch));
        Measure("one reading of the clock, for comparison", () => ReadClock(Batch));

        Assert.Equal((0, 0), (success, reject));
    }

    [Fact]
    public void TwoThreads_SuccessPath_Printed()
    {
        var breaker = new Breaker(_time, new FixedRandom(), onTransition: null);
        var alone = Rate(breaker, 1);
        var together = Rate(breaker, 2);

        output.WriteLine($"One thread {alone / 1e6:F1} M/s, two {together / 1e6:F1} M/s: {together / alone:F2} times.");
    }

    [Fact]
    public void Peer_SamePaths_Printed()
    {
        var pipeline = new ResiliencePipelineBuilder().AddCircuitBreaker(new CircuitBreakerStrategyOptions()).Build();
        var isolated = new CircuitBreakerManualControl(isIsolated: true);
        var rejecting = new ResiliencePipelineBuilder().AddCircuitBreaker(new CircuitBreakerStrategyOptions { ManualControl = isolated }).Build();
        var context = ResilienceContextPool.Shared.Get(CancellationToken.None);

        Measure("Polly's pipeline of a breaker alone, success", () =>
        {
            for (var i = 0; i < Batch; i++)
            {
                pipeline.Execute(static () => { });
            }
        });
        Measure("Polly's pipeline of a breaker alone, rejected as an outcome", () =>
        {
            for (var i = 0; i < Batch; i++)
            {
#pragma warning disable CA2012, VSTHRD002 // It is completed: a rejection awaits nothing.
                var outcome = rejecting.ExecuteOutcomeAsync(static (_, _) => Outcome.FromResultAsValueTask(0), context, 0).GetAwaiter().GetResult();
#pragma warning restore CA2012, VSTHRD002
                Assert.NotNull(outcome.Exception);
            }
        });
        ResilienceContextPool.Shared.Return(context);
    }

    // The timestamp is the caller's: a pipeline reads the clock anyway, for its durations.
    private static void Succeed(Breaker breaker, CircuitBreakerOptions options, long timestamp, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var ticket = breaker.TryEnter(options, timestamp);
            breaker.Exit(ticket, CallResult.Success, TimeSpan.Zero, options, timestamp);
        }
    }

    private void Reject(Breaker breaker, long timestamp, int count)
    {
        var admitted = 0;
        for (var i = 0; i < count; i++)
        {
            admitted += breaker.TryEnter(_options, timestamp).Admitted ? 1 : 0;
        }

        // The assertions of the test framework allocate.
        if (admitted > 0)
        {
            Assert.Fail($"{admitted} calls passed an open circuit.");
        }
    }

    private void ReadClock(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _ = _time.GetTimestamp();
        }
    }

    private double Rate(Breaker breaker, int threads)
    {
        var best = double.MaxValue;
        for (var round = 0; round < 10; round++)
        {
            using var start = new Barrier(threads + 1);
            var workers = Enumerable.Range(0, threads).Select(_ => new Thread(() =>
            {
                start.SignalAndWait();
                Succeed(breaker, _options, _time.GetTimestamp(), CallsPerThread);
            })).ToList();
            workers.ForEach(worker => worker.Start());
            start.SignalAndWait();
            var from = _time.GetTimestamp();
            workers.ForEach(worker => worker.Join());
            best = Math.Min(best, _time.GetElapsedTime(from).TotalSeconds);
        }

        return threads * CallsPerThread / best;
    }

    private long Measure(string name, Action batch)
    {
        // Enough rounds for the compiler's second tier.
        for (var i = 0; i < Batches; i++)
        {
            batch();
        }

        var best = TimeSpan.MaxValue;
        var least = long.MaxValue;
        for (var i = 0; i < Batches; i++)
        {
            var bytes = GC.GetAllocatedBytesForCurrentThread();
            var from = _time.GetTimestamp();
            batch();
            var elapsed = _time.GetElapsedTime(from);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - bytes);
            best = elapsed < best ? elapsed : best;
        }

        output.WriteLine($"{name}: {best.TotalNanoseconds / Batch:F1} ns, {(double)least / Batch:F2} B");
        return least;
    }
}

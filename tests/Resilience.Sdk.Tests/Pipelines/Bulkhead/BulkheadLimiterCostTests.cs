using Resilience.Pipelines.Bulkhead;
using Xunit.Abstractions;

namespace Resilience.Sdk.Tests.Pipelines.Bulkhead;

/// <summary>What a call that need not wait pays. Not beside other tests, which would take the processors away.</summary>
[Collection(nameof(BulkheadLimiterCostTests))]
[CollectionDefinition(nameof(BulkheadLimiterCostTests), DisableParallelization = true)]
public sealed class BulkheadLimiterCostTests(ITestOutputHelper output)
{
    private const int Calls = 50_000;
    private static readonly TimeProvider Clock = TimeProvider.System;
    private static readonly BulkheadOptions Adaptive = new() { Mode = BulkheadMode.Adaptive, PermitLimit = 100, MaxLimit = 200 };

    [Theory]
    [InlineData(BulkheadMode.Fixed)]
    [InlineData(BulkheadMode.Adaptive)]
    public void AcquireAndRelease_AllocateNothing(BulkheadMode mode)
    {
        var limiter = new BulkheadLimiter(Adaptive with { Mode = mode }, Clock);
        Loop(limiter, 1000);
        var windows = limiter.Adaptive?.RecentInFlight;

        var before = GC.GetAllocatedBytesForCurrentThread();
        var start = Clock.GetTimestamp();
        do
        {
            // Over several windows of 100 ms, so that closing one is measured as well.
            Loop(limiter, 10_000);
        }
        while (Clock.GetElapsedTime(start) < TimeSpan.FromMilliseconds(350));

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(mode == BulkheadMode.Fixed || limiter.Adaptive!.Value.RecentInFlight != windows, "no window was closed");
    }

    [Fact]
    public void TwoThreads_DoNotShareACacheLine()
    {
        if (Environment.ProcessorCount < 2)
        {
            output.WriteLine("one processor: nothing to measure");
            return;
        }

        var fixedLimit = new BulkheadLimiter(new BulkheadOptions(), Clock);
        var adaptive = new BulkheadLimiter(Adaptive, Clock);
        var shared = new BulkheadLimiter(new BulkheadOptions(), Clock, stripes: 1);
        Measure("one stripe", shared, enough: double.MaxValue);
        Measure("adaptive", adaptive, enough: 1.3);
        var scaling = Measure("fixed", fixedLimit, enough: 1.3);

        Assert.True(scaling >= 1.3, $"two threads do {scaling:F2} times the work of one");
    }

    // The best of several rounds: others use the machine too, and can only make a round slower.
    private double Measure(string name, BulkheadLimiter limiter, double enough)
    {
        var one = double.MaxValue;
        var two = double.MaxValue;
        for (var round = 0; round < 400 && (round < 30 || (2 * one / two < enough && enough < double.MaxValue)); round++)
        {
            one = Math.Min(one, Time(1, limiter));
            two = Math.Min(two, Time(2, limiter));
        }

        output.WriteLine($"{name}: {one:F1} ns alone, {two:F1} ns each of two, scaling {2 * one / two:F2}");
        return 2 * one / two;
    }

    // From the first start to the last end, so that threads that ran one after the other do not count as quick.
    private static double Time(int threads, BulkheadLimiter limiter)
    {
        var starts = new long[threads];
        var ends = new long[threads];
        Crowd.Run(threads, thread =>
        {
            var start = Clock.GetTimestamp();
            for (var i = 0; i < Calls; i++)
            {
                if (limiter.TryAcquire())
                {
                    // A pipeline has read the clock anyway.
                    limiter.Release(PermitOutcome.Answered, start, start + 1000);
                }
            }

            (starts[thread], ends[thread]) = (start, Clock.GetTimestamp());
        });
        return Clock.GetElapsedTime(starts.Min(), ends.Max()).TotalNanoseconds / Calls;
    }

    private static void Loop(BulkheadLimiter limiter, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            if (limiter.TryAcquire())
            {
                limiter.Release(PermitOutcome.Answered, 0, Clock.GetTimestamp());
            }
        }
    }
}

using Resilience.Pipelines.Bulkhead;
using Xunit.Abstractions;

namespace Resilience.Sdk.Tests.Pipelines.Bulkhead;

/// <summary>What a call that need not wait pays. Not beside other tests, which would take the processors away.</summary>
[Collection(nameof(BulkheadLimiterCostTests))]
[CollectionDefinition(nameof(BulkheadLimiterCostTests), DisableParallelization = true)]
public sealed class BulkheadLimiterCostTests(ITestOutputHelper output)
{
    private const int Calls = 50_000;

    // A cache line that both write costs twice the time and more.
    private const double MostForSharing = 1.5;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
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

        Measure("one stripe", () => new BulkheadLimiter(new BulkheadOptions(), Clock, stripes: 1), most: TimeSpan.Zero);
        Assert.InRange(Measure("adaptive", () => new BulkheadLimiter(Adaptive, Clock), Patience), 0, MostForSharing);
        Assert.InRange(Measure("fixed", () => new BulkheadLimiter(new BulkheadOptions(), Clock), Patience), 0, MostForSharing);
    }

    /// <summary>
    /// How many times as long two threads take at one limiter as at one each. The best of several rounds: others use the machine
    /// too, and can only make a round slower; when they take a processor away, it takes the same from both sides.
    /// </summary>
    private double Measure(string name, Func<BulkheadLimiter> create, TimeSpan most)
    {
        var common = create();
        BulkheadLimiter[] shared = [common, common];
        BulkheadLimiter[] own = [create(), create()];
        var (together, apart) = (double.MaxValue, double.MaxValue);
        var start = Clock.GetTimestamp();
        for (var round = 0; round < 30 || (together > MostForSharing * apart && Clock.GetElapsedTime(start) < most); round++)
        {
            together = Math.Min(together, Time(shared));
            apart = Math.Min(apart, Time(own));
        }

        output.WriteLine($"{name}: {together:F1} ns at one limiter, {apart:F1} ns at one each, {together / apart:F2} times");
        return together / apart;
    }

    // From the first start to the last end, so that threads that ran one after the other do not count as quick.
    private static double Time(BulkheadLimiter[] limiters)
    {
        var starts = new long[limiters.Length];
        var ends = new long[limiters.Length];
        Crowd.Run(limiters.Length, thread =>
        {
            var limiter = limiters[thread];
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

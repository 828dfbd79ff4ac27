using System.Collections.Concurrent;
using Resilience.Pipelines.Retry;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Pipelines.Retry;

/// <summary>
/// Threads call and withdraw while the clock moves. Nobody outside knows the exact moment of an operation, so each is noted
/// with the time before and after it: what must have been withdrawn in a window is compared with what may have been called
/// in it.
/// </summary>
public sealed class RetryBudgetRaceTests
{
    private const int Threads = 8;

    [Theory]
    [InlineData(1, 0.1, 3)]
    [InlineData(2, 0.1, 0)]
    [InlineData(3, 0.0, 20)]
    [InlineData(4, 0.5, 1)]
    public void AnyWindow_WhileThreadsRace_HoldsNoMoreThanAllowed(int seed, double ratio, int minPerSecond)
    {
        var time = new ManualTimeProvider();
        var budget = new RetryBudget(time);
        var options = new RetryBudgetOptions { Ratio = ratio, MinPerSecond = minPerSecond };
        var calls = new ConcurrentBag<(TimeSpan Before, TimeSpan After)>();
        var withdrawals = new ConcurrentBag<(TimeSpan Before, TimeSpan After)>();
        using var start = new Barrier(Threads);
        var threads = Enumerable.Range(0, Threads).Select(index => new Thread(() =>
        {
            var random = new Random((seed * 100) + index);
            start.SignalAndWait();
            for (var i = 0; i < 6000; i++)
            {
                var before = Now(time);
                if (random.Next(2) == 0)
                {
                    budget.OnCall();
                    calls.Add((before, Now(time)));
                }
                else if (budget.TryWithdraw(options))
                {
                    withdrawals.Add((before, Now(time)));
                }

                // About 30 s in all, in which the rate of the calls changes.
                if (random.Next(4) == 0)
                {
                    time.Advance(TimeSpan.FromMilliseconds(random.NextDouble() * (i % 1000 < 500 ? 1 : 9)));
                }
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        var (callsBegan, callsEnded) = (Sorted(calls, call => call.Before), Sorted(calls, call => call.After));
        var (began, ended) = (Sorted(withdrawals, withdrawal => withdrawal.Before), Sorted(withdrawals, withdrawal => withdrawal.After));
        Assert.True(ended[^1] > TimeSpan.FromSeconds(20), $"seed {seed}: the run ended at {ended[^1]}");

        // The rule holds for the window that ends at the moment of a withdrawal, which lies between the times before and
        // after it: what was surely withdrawn in that window, itself included, against what may have been called in it.
        foreach (var (before, after) in withdrawals)
        {
            var withdrawn = Before(ended, before) - UpTo(began, after - RetryBudget.Window) + 1;
            var called = UpTo(callsBegan, after) - Before(callsEnded, before - RetryBudget.Window);
            var allowed = Math.Max(ratio * called, minPerSecond * RetryBudget.Window.TotalSeconds);
            Assert.True(
                withdrawn <= allowed + 1e-6,
                $"seed {seed}: {withdrawn} withdrawals with {called} calls in the 10 s before {before} to {after}");
        }
    }

    private static int Before(TimeSpan[] moments, TimeSpan end) => UpTo(moments, end - TimeSpan.FromTicks(1));

    private static TimeSpan Now(ManualTimeProvider time) => time.GetElapsedTime(0);

    private static TimeSpan[] Sorted(IEnumerable<(TimeSpan Before, TimeSpan After)> operations, Func<(TimeSpan Before, TimeSpan After), TimeSpan> moment) =>
        [.. operations.Select(moment).Order()];

    private static int UpTo(TimeSpan[] moments, TimeSpan end)
    {
        var (low, high) = (0, moments.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = moments[middle] <= end ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}

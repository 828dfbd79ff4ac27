using Resilience.Pipelines.Retry;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Pipelines.Retry;

public sealed class RetryBudgetTests
{
    private static readonly RetryBudgetOptions Options = new();
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void TryWithdraw_FewCalls_AllowsTheMinimumPerSecond()
    {
        var budget = new RetryBudget(_time);
        budget.OnCall();

        Assert.Equal(3, Withdraw(budget, 10));
        _time.Advance(TimeSpan.FromSeconds(0.999));
        Assert.Equal(0, Withdraw(budget, 10));
        _time.Advance(TimeSpan.FromSeconds(0.001));
        Assert.Equal(3, Withdraw(budget, 10));
    }

    [Fact]
    public void TryWithdraw_ManyCalls_AllowsTheRatioAtOnceAndNothingOnTop()
    {
        var budget = new RetryBudget(_time);
        Call(budget, 1000);

        Assert.Equal(100, Withdraw(budget, 1000));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(0, Withdraw(budget, 1000));
        _time.Advance(TimeSpan.FromSeconds(5.5));
        Assert.Equal(3, Withdraw(budget, 1000));
    }

    [Fact]
    public void TryWithdraw_LongQuiet_GathersNoReserve()
    {
        var budget = new RetryBudget(_time);
        Call(budget, 100_000);
        _time.Advance(TimeSpan.FromHours(5));

        Assert.Equal(3, Withdraw(budget, 100));
    }

    [Fact]
    public void TryWithdraw_NothingConfigured_AllowsAllAndStillCounts()
    {
        var budget = new RetryBudget(_time);
        Assert.Equal(50, Withdraw(budget, 50, null));

        Assert.Equal(0, Withdraw(budget, 1));
        Assert.Equal(new RetryBudgetSnapshot(0, 50, double.PositiveInfinity), budget.Snapshot(null));
    }

    [Fact]
    public void TryWithdraw_RuleChanges_CountsStay()
    {
        var budget = new RetryBudget(_time);
        Call(budget, 1000);
        Assert.Equal(100, Withdraw(budget, 200));

        Assert.Equal(100, Withdraw(budget, 200, Options with { Ratio = 0.2 }));
        Assert.Equal(0, Withdraw(budget, 200));
        Assert.Equal(0, Withdraw(budget, 1, new RetryBudgetOptions { Ratio = 0, MinPerSecond = 0 }));
    }

    [Fact]
    public void Snapshot_ShowsWhatIsLeft()
    {
        var budget = new RetryBudget(_time);
        Call(budget, 1000);
        Withdraw(budget, 25);

        var snapshot = budget.Snapshot(Options);

        Assert.Equal(new RetryBudgetSnapshot(1000, 25, 100), snapshot);
        Assert.Equal(0.75, snapshot.Left);
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(new RetryBudgetSnapshot(0, 0, 30), budget.Snapshot(Options));
    }

    // All windows of random traces: rates from idle to thousands of calls per second, in bursts and pauses.
    [Theory]
    [InlineData(1, 0.1, 3)]
    [InlineData(2, 0.1, 3)]
    [InlineData(3, 0.1, 0)]
    [InlineData(4, 0.0, 3)]
    [InlineData(5, 0.2, 10)]
    [InlineData(6, 1.0, 1)]
    [InlineData(7, 0.013, 100)]
    public void TryWithdraw_AnyTrace_IsNeverExceededInAnyWindow(int seed, double ratio, int minPerSecond)
    {
        var random = new Random(seed);
        var options = new RetryBudgetOptions { Ratio = ratio, MinPerSecond = minPerSecond };
        for (var trace = 0; trace < 20; trace++)
        {
            var (calls, withdrawals) = Run(random, options);
            for (var (i, first) = (0, 0); i < withdrawals.Count; i++)
            {
                // The window that ends with this withdrawal. Any other window of that length holds no more withdrawals than
                // the one that ends with its last.
                var (end, start) = (withdrawals[i], withdrawals[i] - TimeSpan.FromSeconds(10));
                while (withdrawals[first] <= start)
                {
                    first++;
                }

                var inWindow = i - first + 1;
                var callsInWindow = CountUpTo(calls, end) - CountUpTo(calls, start);
                var allowed = Math.Max(ratio * callsInWindow, minPerSecond * 10);
                Assert.True(inWindow <= allowed + 1e-6, $"seed {seed}, trace {trace}: {inWindow} withdrawals with {callsInWindow} calls in the 10 s before {end}");

                // Beyond what the calls earn, no second gets more than the minimum.
                var inSecond = i + 1 - CountUpTo(withdrawals, end - TimeSpan.FromSeconds(1));
                Assert.True(inSecond <= Math.Max(ratio * callsInWindow, minPerSecond) + 1e-6, $"seed {seed}, trace {trace}: {inSecond} withdrawals in the second before {end}");
            }
        }
    }

    [Theory]
    [InlineData(30)]
    [InlineData(100)]
    [InlineData(1000)]
    public void TryWithdraw_FullOutage_AmplifiesByAtMostATenth(int callsPerSecond)
    {
        var budget = new RetryBudget(_time);
        var (calls, retries) = (0, 0);
        for (var tick = 0; tick < 60 * callsPerSecond; tick++)
        {
            budget.OnCall();
            calls++;
            retries += Withdraw(budget, 3);
            _time.Advance(TimeSpan.FromSeconds(1.0 / callsPerSecond));
            Assert.True(retries <= (0.1 * calls) + 3, $"{retries} repeats after {calls} calls");
        }

        Assert.InRange((double)(calls + retries) / calls, 1.09, 1.1);
    }

    [Fact]
    public void TryWithdraw_24CallsAtOnceAllFail_AddsThree()
    {
        // The standard handler makes 96 attempts of them.
        var budget = new RetryBudget(_time);
        Call(budget, 24);

        Assert.Equal(3, Withdraw(budget, 72));
    }

    [Fact]
    public async Task TryWithdraw_ManyThreads_CountsExactly()
    {
        var budget = new RetryBudget(_time);
        var granted = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 25_000; i++)
            {
                budget.OnCall();
            }
        })));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Interlocked.Add(ref granted, Withdraw(budget, 10_000)))));

        Assert.Equal(20_000, granted);
        Assert.Equal(200_000, budget.Snapshot(Options).Calls);
    }

    [Fact]
    public async Task OnCall_WhileSlicesPass_LosesNone()
    {
        var budget = new RetryBudget(_time);
        var callers = Enumerable.Range(0, 4).Select(_ => Task.Run(() => Call(budget, 20_000))).ToList();
        while (!callers.TrueForAll(caller => caller.IsCompleted) && _time.GetUtcNow() < new DateTimeOffset(2025, 1, 1, 0, 0, 9, TimeSpan.Zero))
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        await Task.WhenAll(callers);
        _time.Advance(TimeSpan.FromMilliseconds(250));
        Assert.Equal(80_000, budget.Snapshot(Options).Calls);
    }

    [Fact]
    public void OnCall_AllocatesNothing()
    {
        var budget = new RetryBudget(TimeProvider.System);
        Call(budget, 100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Call(budget, 10_000);
        Withdraw(budget, 1000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Call(RetryBudget budget, int count)
    {
        for (var i = 0; i < count; i++)
        {
            budget.OnCall();
        }
    }

    private static int Withdraw(RetryBudget budget, int count) => Withdraw(budget, count, Options);

    private static int Withdraw(RetryBudget budget, int count, RetryBudgetOptions? options)
    {
        var granted = 0;
        for (var i = 0; i < count; i++)
        {
            granted += budget.TryWithdraw(options) ? 1 : 0;
        }

        return granted;
    }

    private static int CountUpTo(List<TimeSpan> moments, TimeSpan end)
    {
        var (low, high) = (0, moments.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = moments[middle] <= end ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static (List<TimeSpan> Calls, List<TimeSpan> Withdrawals) Run(Random random, RetryBudgetOptions options)
    {
        var time = new ManualTimeProvider();
        var budget = new RetryBudget(time);
        var (calls, withdrawals, now) = (new List<TimeSpan>(), new List<TimeSpan>(), TimeSpan.Zero);
        for (var step = 0; step < 1500; step++)
        {
            var pause = TimeSpan.FromMilliseconds(random.Next(20) switch { 0 => random.Next(15_000), < 5 => random.Next(400), _ => random.NextDouble() * 20 });
            time.Advance(pause);
            now += pause;
            for (var i = random.Next(3) == 0 ? random.Next(100) : random.Next(3); i > 0; i--)
            {
                budget.OnCall();
                calls.Add(now);
            }

            for (var i = random.Next(4); i > 0; i--)
            {
                if (budget.TryWithdraw(options))
                {
                    withdrawals.Add(now);
                }
            }
        }

        return (calls, withdrawals);
    }
}

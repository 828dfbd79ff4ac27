using System.Collections.Concurrent;
using Resilience.Pipelines;
using Resilience.Pipelines.CircuitBreaker;
using Xunit.Abstractions;

namespace Resilience.Sdk.Tests.Pipelines.CircuitBreaker;

/// <summary>64 threads at one breaker; what they did is accounted for by themselves and compared with what it says.</summary>
public sealed class BreakerConcurrencyTests(ITestOutputHelper output)
{
    private const int Threads = 64;
    private const int Trials = 3;
    private const int Generations = 400;

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public void OpenHalfOpenClose_ManyTimes_ExactAccounting(int seed, bool someTrialsHang)
    {
        output.WriteLine($"Seed {seed}.");
        var options = new CircuitBreakerOptions
        {
            MinimumThroughput = 50,
            SamplingDuration = TimeSpan.FromHours(1),
            BreakDuration = TimeSpan.FromMilliseconds(200),
            MaxBreakDuration = TimeSpan.FromMilliseconds(200),
            HalfOpen = new HalfOpenOptions { Trials = Trials, Timeout = someTrialsHang ? TimeSpan.FromMilliseconds(500) : TimeSpan.FromMinutes(10) },
        };
        var harness = new BreakerHarness(options, new Random(seed));
        var generations = new ConcurrentDictionary<long, Account>();
        var now = 0L;
        var totals = new Account();
        RunThreads(thread =>
        {
            var random = new Random((seed * 1000) + thread);
            for (var i = 0; i < 200_000; i++)
            {
                var at = Interlocked.Add(ref now, TimeSpan.TicksPerMillisecond / 4);
                Interlocked.Increment(ref totals.Entered);
                var ticket = harness.Breaker.TryEnter(options, at);
                if (!ticket.Admitted)
                {
                    Interlocked.Increment(ref totals.Rejected);
                    if (ticket.Generation >= Generations)
                    {
                        return;
                    }

                    // Lets the trials come to an end; there are far more threads than processors.
                    Thread.Yield();
                    continue;
                }

                var account = generations.GetOrAdd(ticket.Generation, _ => new Account());
                Interlocked.Increment(ref account.Entered);
                var outstanding = Interlocked.Increment(ref account.Outstanding);
                if (ticket.IsTrial)
                {
                    Account.Raise(ref account.MostTrials, outstanding);
                }

                if (random.Next(8) == 0)
                {
                    Thread.Yield();
                }

                if (someTrialsHang && ticket.IsTrial && random.Next(6) == 0)
                {
                    Interlocked.Increment(ref account.Hung);
                    continue;
                }

                // The dependency is down every other 400 ms of the shared clock.
                var down = at / (400 * TimeSpan.TicksPerMillisecond) % 2 == 1;
                var draw = random.Next(20);
                var result = draw == 0 ? CallResult.Neutral : down && draw < 15 ? CallResult.Failure : CallResult.Success;

                // Before the exit: what the account says is then never less than what the breaker may already have acted on.
                Interlocked.Increment(ref account.Of(result));
                Interlocked.Decrement(ref account.Outstanding);
                harness.Breaker.Exit(ticket, result, TimeSpan.Zero, options, Interlocked.Read(ref now));
            }
        });

        var all = generations.Values;
        output.WriteLine($"{harness.Transitions.Count} transitions, {totals.Rejected} rejected, {string.Join(", ", harness.Transitions.CountBy(t => t.Cause))}");
        Assert.Equal(totals.Entered, totals.Rejected + all.Sum(account => account.Entered));
        Assert.All(all, account => Assert.Equal(account.Entered, account.Successes + account.Failures + account.Neutrals + account.Hung));
        Assert.All(all, account => Assert.Equal(account.Hung, account.Outstanding));
        AssertLegal(harness.Transitions, generations, someTrialsHang);

        var last = harness.Breaker.Snapshot(options, now);
        if (last.State == CircuitBreakerState.Closed)
        {
            var account = generations.GetValueOrDefault(last.Generation, new Account());
            Assert.Equal(account.Successes + account.Failures, last.Throughput);
            Assert.Equal(account.Failures, (int)Math.Round(last.FailureRate * last.Throughput));
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Closed_NoTriggerFires_EveryCallIsCountedOnce(int seed)
    {
        output.WriteLine($"Seed {seed}.");
        var slow = TimeSpan.FromSeconds(1);
        var options = new CircuitBreakerOptions { ConsecutiveFailures = 0, FailureRatio = null, SlowCallDuration = slow, SlowCallRatio = 1, SamplingDuration = TimeSpan.FromHours(1) };
        var harness = new BreakerHarness(options);
        var totals = new Account();
        var now = 0L;
        RunThreads(thread =>
        {
            var random = new Random((seed * 1000) + thread);
            for (var i = 0; i < 8000; i++)
            {
                // In all 51 minutes of the hour: the slices turn under the writers' feet.
                var at = Interlocked.Add(ref now, 6 * TimeSpan.TicksPerMillisecond);
                var ticket = harness.Breaker.TryEnter(options, at);
                var draw = random.Next(100);
                var result = draw < 2 ? CallResult.Neutral : draw < 7 ? CallResult.Failure : CallResult.Success;
                var isSlow = draw is >= 5 and < 10;
                Interlocked.Increment(ref totals.Of(result));
                totals.AddSlow(isSlow ? 1 : 0);
                harness.Breaker.Exit(ticket, result, isSlow ? slow : TimeSpan.Zero, options, at);
            }
        });

        var snapshot = harness.Breaker.Snapshot(options, now);

        Assert.Equal(CircuitBreakerState.Closed, snapshot.State);
        Assert.Equal(totals.Successes + totals.Failures, snapshot.Throughput);
        Assert.Equal((double)totals.Failures / snapshot.Throughput, snapshot.FailureRate);
        Assert.Equal((double)totals.Slow / snapshot.Throughput, snapshot.SlowCallRate);
    }

    [Fact]
    public void Due_AllThreadsEnterAtOnce_ExactlyTheTrialsPass()
    {
        var harness = new BreakerHarness().Due();
        var trials = 0;
        var rejected = 0;

        RunThreads(_ =>
        {
            var ticket = harness.Enter();
            Interlocked.Increment(ref ticket.IsTrial ? ref trials : ref rejected);
        });

        Assert.Equal((Trials, Threads - Trials), (trials, rejected));
    }

    [Fact]
    public void Transitions_ManyThreads_AreToldInOrderAndOneAtATime()
    {
        var options = new CircuitBreakerOptions { ConsecutiveFailures = 1 };
        var inside = 0;
        var told = new List<long>();
        var breaker = new Breaker(new TestKit.ManualTimeProvider(), new FixedRandom(), transition =>
        {
            Assert.Equal(1, Interlocked.Increment(ref inside));
            told.Add(transition.Generation);
            Thread.Yield();
            Interlocked.Decrement(ref inside);
        });

        RunThreads(_ =>
        {
            for (var i = 0; i < 50; i++)
            {
                breaker.Exit(breaker.TryEnter(options, 0), CallResult.Failure, TimeSpan.Zero, options, 0);
                breaker.Reset();
            }
        });

        Assert.True(told.Count > 100);
        Assert.Equal(told.Order(), told);
        Assert.Equal(told.Count, told.Distinct().Count());
    }

    private static void AssertLegal(IEnumerable<BreakerTransition> transitions, ConcurrentDictionary<long, Account> generations, bool someTrialsHang)
    {
        var state = CircuitBreakerState.Closed;
        var generation = 1L;
        var count = 0;
        foreach (var transition in transitions)
        {
            count++;
            var before = generations.GetValueOrDefault(generation, new Account());
            Assert.Equal(state, transition.From);
            Assert.Equal(generation + 1, transition.Generation);
            switch (transition.From, transition.To, transition.Cause)
            {
                case (CircuitBreakerState.Closed, CircuitBreakerState.Open, BreakerCause.ConsecutiveFailures or BreakerCause.FailureRatio):
                    // Nothing is judged that did not happen.
                    Assert.InRange(transition.Counts.Failures, 1, before.Failures);
                    Assert.InRange(transition.Counts.Successes, 0, before.Successes);
                    break;
                case (CircuitBreakerState.Open, CircuitBreakerState.HalfOpen, BreakerCause.BreakElapsed):
                    Assert.Equal(0, before.Entered);
                    break;
                case (CircuitBreakerState.HalfOpen, CircuitBreakerState.Closed, BreakerCause.TrialsSucceeded):
                    Assert.Equal((Trials, 0, 0), (before.Successes, before.Failures, before.Hung));
                    break;
                case (CircuitBreakerState.HalfOpen, CircuitBreakerState.Open, BreakerCause.TrialFailed):
                    Assert.True(before.Failures >= 1);
                    break;
                case (CircuitBreakerState.HalfOpen, CircuitBreakerState.Open, BreakerCause.TrialExpired):
                    Assert.True(someTrialsHang);
                    break;
                default:
                    Assert.Fail($"Illegal: {transition}");
                    break;
            }

            if (transition.From == CircuitBreakerState.HalfOpen)
            {
                Assert.InRange(before.MostTrials, 0, Trials);
                Assert.InRange(before.Successes + before.Failures + before.Hung, 0, Trials);
            }

            state = transition.To;
            generation = transition.Generation;
        }

        Assert.True(count >= Generations - 1, $"Only {count} transitions: the test hammers nothing.");
    }

    private static void RunThreads(Action<int> body)
    {
        using var start = new Barrier(Threads);
        var failures = new ConcurrentQueue<Exception>();
        var threads = Enumerable.Range(0, Threads).Select(index => new Thread(() =>
        {
            start.SignalAndWait();
            try
            {
                body(index);
            }
            catch (Exception e)
            {
                failures.Enqueue(e);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.Empty(failures);
    }

    private sealed class Account
    {
        public int Entered;
        public int Rejected;
        public int Outstanding;
        public int MostTrials;
        public int Hung;
        private int _successes;
        private int _failures;
        private int _neutrals;
        private int _slow;

        public int Successes => _successes;

        public int Failures => _failures;

        public int Neutrals => _neutrals;

        public int Slow => _slow;

        public static void Raise(ref int most, int value)
        {
            var seen = Volatile.Read(ref most);
            while (value > seen)
            {
                seen = Interlocked.CompareExchange(ref most, value, seen) is var found && found == seen ? value : found;
            }
        }

        public ref int Of(CallResult result)
        {
            if (result == CallResult.Success)
            {
                return ref _successes;
            }

            return ref result == CallResult.Failure ? ref _failures : ref _neutrals;
        }

        // Slow neutral calls do not occur: the draws overlap with failures and successes only.
        public void AddSlow(int count) => Interlocked.Add(ref _slow, count);
    }
}

using System.Collections.Concurrent;
using Resilience.Pipelines;
using Resilience.Pipelines.CircuitBreaker;
using Xunit.Abstractions;

namespace Resilience.Sdk.Tests.Pipelines.CircuitBreaker;

/// <summary>
/// 64 threads do a batch of operations at once, whose order makes no difference by the rules: all enter, or all exit with
/// the same result. The sequential reference does the same batch one by one. After every batch both show exactly the same,
/// and as many calls were admitted; calls stay under way over several batches, so that they end in later generations.
/// </summary>
public sealed class BreakerBatchTests(ITestOutputHelper output)
{
    private const int Threads = 64;
    private const int Batches = 400;

    private static readonly CircuitBreakerOptions Options = new()
    {
        SlowCallDuration = TimeSpan.FromSeconds(1),
        SlowCallRatio = 0.7,
        HalfOpen = new HalfOpenOptions { Trials = 3 },
    };

    private static readonly TimeSpan[] Steps = [TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(11), TimeSpan.FromSeconds(31)];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Batches_OursAndTheReference_AgreeAfterEachOfThem(int seed)
    {
        var random = new Random(seed);
        var harness = new BreakerHarness(Options, new Random(seed));
        var reference = new ReferenceBreaker(new Random(seed).NextDouble, harness.Clock.GetTimestamp());
        var underWay = new List<(List<BreakerTicket> Ours, List<ReferenceBreaker.ReferenceTicket> Theirs)>();
        using var crew = new Crew();
        for (var batch = 0; batch < Batches; batch++)
        {
            var now = harness.Clock.GetTimestamp();
            switch (random.Next(10))
            {
                case < 4:
                    underWay.Add(Enter(crew, harness, reference, now, $"seed {seed}, batch {batch}"));
                    underWay.RemoveAll(group => group.Ours.Count == 0);
                    break;
                case < 8 when underWay.Count > 0:
                    Exit(crew, harness, reference, underWay[random.Next(3) == 0 ? 0 : ^1], now, random);
                    underWay.RemoveAll(group => group.Ours.Count == 0);
                    break;
                default:
                    harness.Clock.Advance(harness.State == CircuitBreakerState.Open && random.Next(2) == 0 ? harness.Snapshot.OpenFor : Steps[random.Next(Steps.Length)]);
                    break;
            }

            now = harness.Clock.GetTimestamp();
            var (ours, theirs) = (harness.Snapshot, reference.Snapshot(Options, now));
            Assert.True(ours == theirs, $"seed {seed}, batch {batch}: {ours}, by the reference {theirs}");
        }

        Assert.Equal(
            reference.Transitions.Select(transition => (transition.To, transition.Generation, transition.Cause, transition.At)),
            harness.Transitions.Select(transition => (transition.To, transition.Generation, transition.Cause, transition.Timestamp)));
        output.WriteLine($"seed {seed}: {string.Join(", ", harness.Transitions.CountBy(transition => transition.Cause))}");
        Assert.All(
            new[] { BreakerCause.ConsecutiveFailures, BreakerCause.SlowCalls, BreakerCause.BreakElapsed, BreakerCause.TrialFailed, BreakerCause.TrialsSucceeded },
            cause => Assert.Contains(harness.Transitions, transition => transition.Cause == cause));
    }

    private static (List<BreakerTicket> Ours, List<ReferenceBreaker.ReferenceTicket> Theirs) Enter(
        Crew crew, BreakerHarness harness, ReferenceBreaker reference, long now, string where)
    {
        var tickets = new ConcurrentBag<BreakerTicket>();
        crew.Run(_ => tickets.Add(harness.Breaker.TryEnter(Options, now)));
        var ours = tickets.Where(ticket => ticket.Admitted).ToList();
        var theirs = Enumerable.Range(0, Threads).Select(_ => reference.TryEnter(Options, now)).Where(ticket => ticket.Admitted).ToList();
        Assert.True(ours.Count == theirs.Count, $"{where}: {ours.Count} admitted, by the reference {theirs.Count}");
        Assert.True(ours.TrueForAll(ticket => ticket.Generation == theirs[0].Generation && ticket.IsTrial == theirs[0].Lease > 0), $"{where}: other tickets than by the reference");
        Assert.True(ours.Count(ticket => ticket.IsTrial) <= Options.HalfOpen.Trials, $"{where}: {ours.Count} trials");
        return (ours, theirs);
    }

    private static void Exit(
        Crew crew,
        BreakerHarness harness,
        ReferenceBreaker reference,
        (List<BreakerTicket> Ours, List<ReferenceBreaker.ReferenceTicket> Theirs) group,
        long now,
        Random random)
    {
        // Trials may end in successes and failures mixed: one that fails reopens, whichever comes first. Neutral ends mix with all.
        var mixed = group.Ours[0].IsTrial && random.Next(2) == 0;
        var common = random.Next(6) switch { < 3 => (CallResult.Success, TimeSpan.Zero), 3 when !mixed => (CallResult.Success, TimeSpan.FromSeconds(2)), _ => (CallResult.Failure, TimeSpan.Zero) };
        var count = random.Next(3) == 0 ? random.Next(group.Ours.Count) + 1 : group.Ours.Count;
        var results = Enumerable.Range(0, count).Select(_ => random.Next(8) switch
        {
            0 => (CallResult.Neutral, TimeSpan.Zero),
            < 4 when mixed => (CallResult.Failure, TimeSpan.Zero),
            _ => common,
        }).ToList();
        crew.Run(thread =>
        {
            if (thread < count)
            {
                harness.Breaker.Exit(group.Ours[thread], results[thread].Item1, results[thread].Item2, Options, now);
            }
        });
        for (var i = 0; i < count; i++)
        {
            reference.Exit(group.Theirs[i], results[i].Item1, results[i].Item2, Options, now);
        }

        group.Ours.RemoveRange(0, count);
        group.Theirs.RemoveRange(0, count);
    }

    /// <summary>64 threads that wait for each other before and after every batch.</summary>
    private sealed class Crew : IDisposable
    {
        private readonly Barrier _barrier = new(Threads + 1);
        private readonly List<Thread> _threads;
        private readonly ConcurrentQueue<Exception> _failures = new();
        private Action<int>? _work;

        public Crew()
        {
            _threads = [.. Enumerable.Range(0, Threads).Select(index => new Thread(() => Work(index)) { IsBackground = true })];
            _threads.ForEach(thread => thread.Start());
        }

        public void Run(Action<int> work)
        {
            _work = work;
            _barrier.SignalAndWait();
            _barrier.SignalAndWait();
            Assert.Empty(_failures);
        }

        public void Dispose()
        {
            _work = null;
            _barrier.SignalAndWait();
            _threads.ForEach(thread => thread.Join());
            _barrier.Dispose();
        }

        private void Work(int index)
        {
            while (true)
            {
                _barrier.SignalAndWait();
                if (_work is not { } work)
                {
                    return;
                }

                try
                {
                    work(index);
                }
#pragma warning disable CA1031 // Told by the test's own thread.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    _failures.Enqueue(e);
                }

                _barrier.SignalAndWait();
            }
        }
    }
}

using Resilience.Pipelines;
using Resilience.Pipelines.CircuitBreaker;
using Xunit.Abstractions;

namespace Resilience.Sdk.Tests.Pipelines.CircuitBreaker;

/// <summary>
/// Small histories on real threads: for each, some order of the operations that respects which ended before which began
/// gives, on the sequential reference, the very answers that the threads got and the state that was left (J. Wing and
/// C. Gong, "Testing and Verifying Concurrent Objects", 1993).
/// </summary>
/// <remarks>
/// The ratio triggers are off here: a success touches the run of failures and the window one after the other, so a
/// failure at the same moment may see one of them alone. Nor are histories judged in which a success and a failure end at
/// the same moment: a success takes no lock, so a failure that completes the run may open the circuit a moment after a
/// success that came between. Everything else must be exact.
/// </remarks>
public sealed class BreakerLinearizabilityTests(ITestOutputHelper output)
{
    private const int Threads = 3;
    private const int StepsEach = 3;
    private const int Rounds = 3000;

    private static readonly CircuitBreakerOptions Options = new()
    {
        FailureRatio = null,
        ConsecutiveFailures = 2,
        HalfOpen = new HalfOpenOptions { Trials = 2 },
    };

    [Fact]
    public void SmallHistories_HaveASequentialExplanation()
    {
        const int firstSeed = 50_000;
        output.WriteLine($"Seeds {firstSeed} to {firstSeed + Rounds - 1}.");
        var rounds = Enumerable.Range(firstSeed, Rounds).Select(seed => new Round(seed)).ToList();
        var arrived = 0;
        var workers = Enumerable.Range(0, Threads).Select(thread => new Thread(() =>
        {
            for (var i = 0; i < rounds.Count; i++)
            {
                // Together into each round, or the quickest thread would be through before the next begins.
                Interlocked.Increment(ref arrived);
                var spin = default(SpinWait);
                while (Volatile.Read(ref arrived) < (i + 1) * Threads)
                {
                    spin.SpinOnce(sleep1Threshold: -1);
                }

                rounds[i].Run(thread);
            }
        })).ToList();
        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());

        foreach (var round in rounds.Where(round => !round.MixesResults))
        {
            Assert.True(round.HasExplanation(), round.ToString());
        }

        Assert.InRange(rounds.Count(round => round.MixesResults), 0, Rounds / 2);

        // How many depends on how many processors are free; the fewer overlap, the less this run has shown.
        output.WriteLine($"{rounds.Count(round => round.Overlaps)} of {Rounds} histories overlap.");
    }

    private enum Kind
    {
        Enter,
        Exit,
        Reset,
    }

    private sealed class Step(Kind kind, CallResult result)
    {
        public Kind Kind { get; } = kind;

        public CallResult Result { get; } = result;

        public BreakerTicket Ticket { get; set; }

        public int Began { get; set; }

        public int Ended { get; set; }

        public override string ToString() => $"{Began}-{Ended} {Kind} {Result} {Plain(Ticket)}";
    }

    private sealed class Round
    {
        private readonly int _seed;
        private readonly BreakerHarness _harness = new(Options);
        private readonly ReferenceBreaker _reference;
        private readonly Step[][] _steps = new Step[Threads][];
        private readonly int[] _pauses = new int[Threads];
        private readonly long _now;
        private int _stamp;

        public Round(int seed)
        {
            _seed = seed;
            _reference = new ReferenceBreaker(static () => 0.5, _harness.Clock.GetTimestamp());
            var random = new Random(seed);
            var underWay = Prefix(random);
            _now = _harness.Clock.GetTimestamp();
            for (var thread = 0; thread < Threads; thread++)
            {
                // As long as a step or two, so that the threads' steps fall between each other.
                _pauses[thread] = random.Next(5);
                _steps[thread] = [.. Enumerable.Range(0, StepsEach).Select(_ => NextStep(random, underWay))];
            }
        }

        public bool Overlaps => _steps.Any(mine => mine.Any(step => step.Ended - step.Began > 1));

        /// <summary>Whether a success and a failure ended at the same moment.</summary>
        public bool MixesResults
        {
            get
            {
                var exits = _steps.SelectMany(steps => steps).Where(step => step.Kind == Kind.Exit).ToList();
                return exits.Any(success => success.Result == CallResult.Success
                    && exits.Any(failure => failure.Result == CallResult.Failure && success.Began < failure.Ended && failure.Began < success.Ended));
            }
        }

        public void Run(int thread)
        {
            Thread.SpinWait(_pauses[thread]);
            BreakerTicket own = default;
            foreach (var step in _steps[thread])
            {
                step.Began = Interlocked.Increment(ref _stamp);
                switch (step.Kind)
                {
                    case Kind.Enter:
                        step.Ticket = own = _harness.Breaker.TryEnter(Options, _now);
                        break;
                    case Kind.Exit:
                        // A ticket of the prefix when one was dealt to this step, else the last of its own.
                        step.Ticket = step.Ticket.Admitted ? step.Ticket : own;
                        _harness.Breaker.Exit(step.Ticket, step.Result, TimeSpan.Zero, Options, _now);
                        break;
                    default:
                        _harness.Breaker.Reset();
                        break;
                }

                step.Ended = Interlocked.Increment(ref _stamp);
            }
        }

        public bool HasExplanation() => Explains(_reference, new int[Threads]);

        public override string ToString() =>
            $"Seed {_seed}: no order explains\n{string.Join('\n', _steps.SelectMany((mine, thread) => mine.Select(step => $"thread {thread}: {step}")))}\n"
            + $"which left {_harness.Breaker.Snapshot(Options, _now)}\nfrom {_reference.Snapshot(Options, _now)}";

        private static Step NextStep(Random random, List<BreakerTicket> underWay)
        {
            var draw = random.Next(20);
            if (draw < 9)
            {
                return new Step(Kind.Enter, CallResult.Neutral);
            }

            if (draw == 19)
            {
                return new Step(Kind.Reset, CallResult.Neutral);
            }

            var step = new Step(Kind.Exit, (CallResult)(random.Next(5) / 2));
            if (underWay.Count > 0 && random.Next(2) == 0)
            {
                step.Ticket = underWay[0];
                underWay.RemoveAt(0);
            }

            return step;
        }

        private List<BreakerTicket> Prefix(Random random)
        {
            var underWay = new List<BreakerTicket>();
            for (var i = random.Next(14); i > 0; i--)
            {
                var at = _harness.Clock.GetTimestamp();
                if (random.Next(2) == 0)
                {
                    var ticket = _harness.Enter();
                    Assert.Equal(Plain(ticket), _reference.TryEnter(Options, at) with { RetryAfter = null });
                    if (ticket.Admitted)
                    {
                        underWay.Add(ticket);
                    }
                }
                else if (underWay.Count > 0)
                {
                    var result = random.Next(3) == 0 ? CallResult.Success : CallResult.Failure;
                    _harness.Exit(underWay[^1], result);
                    _reference.Exit(Plain(underWay[^1]), result, TimeSpan.Zero, Options, at);
                    underWay.RemoveAt(underWay.Count - 1);
                }
                else
                {
                    _harness.Clock.Advance(_harness.Snapshot.OpenFor);
                }
            }

            // Half of the open circuits are due when the threads arrive.
            if (random.Next(2) == 0)
            {
                _harness.Clock.Advance(_harness.Snapshot.OpenFor);
            }

            return underWay;
        }

        private bool Explains(ReferenceBreaker state, int[] done)
        {
            var pending = Enumerable.Range(0, Threads).Where(thread => done[thread] < StepsEach).ToList();
            if (pending.Count == 0)
            {
                return state.Snapshot(Options, _now) == _harness.Breaker.Snapshot(Options, _now);
            }

            // What comes next must have begun before any other pending step ended.
            var firstEnd = pending.Min(thread => _steps[thread][done[thread]].Ended);
            foreach (var thread in pending.Where(thread => _steps[thread][done[thread]].Began < firstEnd))
            {
                var next = state.Clone();
                if (Answers(next, _steps[thread][done[thread]]))
                {
                    done[thread]++;
                    var explained = Explains(next, done);
                    done[thread]--;
                    if (explained)
                    {
                        return true;
                    }
                }
            }

            return false;
        }

        private bool Answers(ReferenceBreaker state, Step step)
        {
            switch (step.Kind)
            {
                case Kind.Enter:
                    return state.TryEnter(Options, _now) with { RetryAfter = null } == Plain(step.Ticket);
                case Kind.Exit:
                    state.Exit(Plain(step.Ticket), step.Result, TimeSpan.Zero, Options, _now);
                    return true;
                default:
                    state.Reset(_now);
                    return true;
            }
        }
    }

    private static ReferenceBreaker.ReferenceTicket Plain(BreakerTicket ticket) =>
        new(ticket.Admitted, ticket.WouldReject, ticket.Generation, ticket.Lease, null);
}

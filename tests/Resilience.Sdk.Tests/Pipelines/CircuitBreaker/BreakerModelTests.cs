using System.Globalization;
using Resilience.Pipelines;
using Resilience.Pipelines.CircuitBreaker;
using Xunit.Abstractions;

namespace Resilience.Sdk.Tests.Pipelines.CircuitBreaker;

/// <summary>Random histories on a manual clock: after every operation the breaker shows exactly what the reference shows.</summary>
public sealed class BreakerModelTests(ITestOutputHelper output)
{
    private const int Histories = 3000;
    private const int Operations = 120;

    private static readonly TimeSpan[] Steps =
    [
        TimeSpan.Zero, TimeSpan.FromTicks(1), TimeSpan.FromMilliseconds(99), TimeSpan.FromMilliseconds(400), TimeSpan.FromSeconds(1),
        TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(11), TimeSpan.FromSeconds(29), TimeSpan.FromSeconds(120),
    ];

    [Fact]
    public void RandomHistories_OursAndTheReference_AgreeAfterEveryOperation()
    {
        const int firstSeed = 7_000;
        output.WriteLine($"Seeds {firstSeed} to {firstSeed + Histories - 1}.");
        var causes = new Dictionary<BreakerCause, int>();
        for (var i = 0; i < Histories; i++)
        {
            foreach (var cause in RunHistory(firstSeed + i))
            {
                causes[cause] = causes.GetValueOrDefault(cause) + 1;
            }
        }

        output.WriteLine(string.Join(", ", causes.Select(cause => $"{cause.Key} {cause.Value}")));

        // The histories reach every transition there is; else the agreement would prove little.
        Assert.All(Enum.GetValues<BreakerCause>(), cause => Assert.True(causes.GetValueOrDefault(cause) >= 100, $"{cause} only {causes.GetValueOrDefault(cause)} times."));
    }

    private static IEnumerable<BreakerCause> RunHistory(int seed)
    {
        var random = new Random(seed);
        var harness = new BreakerHarness(RandomOptions(random), new Random(seed));
        var draws = new Random(seed);
        var reference = new ReferenceBreaker(draws.NextDouble, harness.Clock.GetTimestamp());
        var underWay = new List<(BreakerTicket Ours, ReferenceBreaker.ReferenceTicket Theirs)>();
        var log = new List<object>();

        // Most histories dwell on one mood, or a circuit would hardly ever get anywhere.
        var mood = random.Next(4);
        for (var i = 0; i < Operations; i++)
        {
            var now = harness.Clock.GetTimestamp();
            switch (random.Next(100))
            {
                case < 36:
                    var ours = harness.Enter();
                    var theirs = reference.TryEnter(harness.Options, now);
                    log.Add(("enter", theirs));
                    Same(seed, log, theirs, new ReferenceBreaker.ReferenceTicket(ours.Admitted, ours.WouldReject, ours.Generation, ours.Lease, ours.RetryAfter));
                    if (ours.Admitted)
                    {
                        underWay.Add((ours, theirs));
                    }

                    break;
                case < 75 when underWay.Count > 0:
                    var index = random.Next(3) == 0 ? random.Next(underWay.Count) : underWay.Count - 1;
                    var call = underWay[index];
                    underWay.RemoveAt(index);
                    var result = RandomResult(random, mood);
                    var duration = Steps[random.Next(mood == 3 ? 4 : 0, 6)];
                    log.Add(("exit", call.Theirs, result, duration));
                    harness.Exit(call.Ours, result, duration);
                    reference.Exit(call.Theirs, result, duration, harness.Options, now);
                    break;
                case < 90:
                    var step = random.Next(6) == 0 ? harness.Snapshot.OpenFor : Steps[random.Next(Steps.Length)];
                    log.Add(("advance", step));
                    harness.Clock.Advance(step);
                    break;
                case < 93:
                    harness.Options = RandomOptions(random);
                    log.Add(("reload", harness.Options));
                    break;
                case < 95:
                    CircuitBreakerMode? mode = random.Next(5) is var choice && choice < 4 ? (CircuitBreakerMode)choice : null;
                    log.Add(("force", mode));
                    harness.Breaker.Force(mode);
                    reference.Force(mode);
                    break;
                case < 97:
                    harness.Breaker.Force(null);
                    reference.Force(null);
                    log.Add("release");
                    break;
                case 97:
                    log.Add("reset");
                    harness.Breaker.Reset();
                    reference.Reset(now);
                    break;
                case 98:
                    mood = random.Next(4);
                    break;
                default:
                    break;
            }

            Same(seed, log, reference.Snapshot(harness.Options, harness.Clock.GetTimestamp()), harness.Snapshot);
        }

        Assert.Equal(reference.Transitions, harness.Transitions.Select(t => (t.From, t.To, t.Generation, t.Cause, t.Timestamp, t.Break)));
        return harness.Transitions.Select(transition => transition.Cause);
    }

    private static CallResult RandomResult(Random random, int mood)
    {
        var draw = random.Next(10);
        return mood switch
        {
            0 => draw < 8 ? CallResult.Failure : CallResult.Success,
            1 => draw < 8 ? CallResult.Success : CallResult.Neutral,
            2 => draw < 5 ? CallResult.Failure : CallResult.Success,
            _ => draw < 1 ? CallResult.Failure : CallResult.Success,
        };
    }

    private static CircuitBreakerOptions RandomOptions(Random random)
    {
        var length = TimeSpan.FromSeconds(random.Next(1, 20));
        return new CircuitBreakerOptions
        {
            FailureRatio = random.Next(3) == 0 ? null : random.Next(1, 5) / 4.0,
            MinimumThroughput = random.Next(1, 12),
            SamplingDuration = TimeSpan.FromSeconds(random.Next(1, 4) * 10),
            ConsecutiveFailures = random.Next(3) == 0 ? random.Next(1, 8) : 0,
            SlowCallDuration = random.Next(2) == 0 ? null : TimeSpan.FromSeconds(1),
            SlowCallRatio = random.Next(1, 5) / 4.0,
            BreakDuration = length,
            MaxBreakDuration = length * random.Next(1, 12),
            HalfOpen = new HalfOpenOptions { Trials = random.Next(1, 5), Timeout = TimeSpan.FromSeconds(random.Next(1, 12)) },
            Mode = random.Next(10) switch { 0 => CircuitBreakerMode.ForcedOpen, 1 => CircuitBreakerMode.Disabled, 2 or 3 => CircuitBreakerMode.Observe, _ => CircuitBreakerMode.Enforce },
        };
    }

    private static void Same<T>(int seed, List<object> log, T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"Seed {seed}, operation {log.Count}.\nReference: {expected}\nOurs:      {actual}\n{string.Join('\n', log)}"));
        }
    }
}

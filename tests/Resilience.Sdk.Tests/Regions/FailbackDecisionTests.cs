using Resilience.Regions;

namespace Resilience.Sdk.Tests.Regions;

/// <summary>When writes go back to the preferred region. East is preferred; west writes unless said otherwise.</summary>
public sealed class FailbackDecisionTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan HealthyFor = TimeSpan.FromSeconds(60);
    private static readonly FailbackRules Rules = new("east", Second, HealthyFor);

    [Theory]
    [InlineData(0, 60)]
    [InlineData(0.5, 68)]
    [InlineData(1, 75)]
    public void Look_WellForLongEnough_IsDueAfterThatAndTheJitter(double jitter, int expected)
    {
        var decision = new FailbackDecision(Rules, new Fixed(jitter));

        Assert.Equal(expected, SecondsUntilDue(decision, 100));
    }

    [Fact]
    public void Look_LongTimes_TheJitterIsAMinuteAtMost()
    {
        var decision = new FailbackDecision(Rules with { HealthyFor = TimeSpan.FromMinutes(10) }, new Fixed(1));

        Assert.Equal(660, SecondsUntilDue(decision, 100));
    }

    /// <summary>Replicas that see the same do not act at once.</summary>
    [Fact]
    public void Look_TenReplicas_AreDueAtDifferentMoments() =>
        Assert.InRange(Enumerable.Range(0, 10).Select(seed => SecondsUntilDue(new FailbackDecision(Rules, new Random(seed)), 100)).Distinct().Count(), 5, 10);

    public static TheoryData<string> Breaks() =>
        ["a failed probe", "a restart between two looks", "lag", "lag that Aurora tells of", "lag that is not known", "unreachable", "promoted", "no writer", "a held switch", "split brain"];

    /// <summary>After 50 of 60 seconds something happens once; the time begins anew.</summary>
    [Theory]
    [MemberData(nameof(Breaks))]
    public void Look_SomethingBreaksTheTime_ItBeginsAnew(string what)
    {
        var decision = new FailbackDecision(Rules, new Fixed(0));
        Assert.Null(FirstDue(decision, 0, 50));

        Assert.False(decision.Look(Broken(what, At(50)), At(50)).IsDue);

        var restarted = what == "a restart between two looks" ? At(50) : TimeSpan.Zero;
        var due = Enumerable.Range(51, 100).First(second => decision.Look(With(At(second), east => east with { StandbySince = restarted }), At(second)).IsDue);
        Assert.InRange(due, 110, 111);
    }

    public static TheoryData<string> Blocks() => ["the writer is in doubt", "old news of the writer", "old news of the preferred"];

    /// <summary>What is no fault of the preferred region only holds it up.</summary>
    [Theory]
    [MemberData(nameof(Blocks))]
    public void Look_SomethingIsInTheWay_ItIsDueWhenThatIsOver(string what)
    {
        var decision = new FailbackDecision(Rules, new Fixed(0));
        Assert.Null(FirstDue(decision, 0, 59));

        Assert.False(decision.Look(Blocked(what, At(65)), At(65)).IsDue);

        Assert.True(decision.Look(Well(At(66)), At(66)).IsDue);
    }

    [Fact]
    public void Look_PreferredWrites_IsNeverDue()
    {
        var decision = new FailbackDecision(Rules, new Fixed(0));

        Assert.All(Enumerable.Range(0, 1000), second => Assert.False(decision.Look(Well(At(second), "east"), At(second)).IsDue));
    }

    /// <summary>A switchover that fails, or moves nothing, is called less and less often; one that moves the writes clears that.</summary>
    [Fact]
    public void Called_WritesDoNotMove_EachTakesTwiceAsLong_UpToSixteenTimes()
    {
        var decision = new FailbackDecision(Rules, new Fixed(0));
        var now = 0;
        var waits = new List<int>();
        for (var i = 0; i < 7; i++)
        {
            waits.Add(SecondsUntilDue(decision, now));
            now += waits[^1];
            decision.Called();
            now++;
        }

        Assert.Equal([60, 120, 240, 480, 960, 960, 960], waits);
        decision.Look(Well(At(now), "east"), At(now));
        Assert.Equal(HealthyFor, decision.Required);
    }

    /// <summary>The preferred region dies half a minute after each time that it has the writes back, for a day.</summary>
    [Fact]
    public void Flapping_TheWritesGoBackLessAndLessOften()
    {
        var decision = new FailbackDecision(Rules, new Fixed(0));
        var (writer, movedAt) = ("west", 0);
        var waits = new List<int>();
        for (var second = 0; second < 86_400; second++)
        {
            if (writer == "east" && second - movedAt == 30)
            {
                (writer, movedAt) = ("west", second);
            }

            if (decision.Look(Well(At(second), writer), At(second)).IsDue)
            {
                decision.Called();
                waits.Add(second - movedAt);
                (writer, movedAt) = ("east", second);
            }
        }

        Assert.Equal([60, 120, 240, 480, 960, 960], waits.Take(6));
        Assert.All(waits.Skip(6), wait => Assert.Equal(960, wait));
        Assert.InRange(waits.Count, 80, 95);
    }

    /// <summary>The first loss is none that follows a failback, and a region that has kept the writes for long is trusted as at first.</summary>
    [Theory]
    [InlineData(30, 120)]
    [InlineData(959, 120)]
    [InlineData(961, 60)]
    public void Look_PreferredKeptTheWritesForAWhile_TheTimeIsAsLong(int kept, int expected)
    {
        var decision = new FailbackDecision(Rules, new Fixed(0));
        decision.Look(Well(At(0), "east"), At(0));
        Assert.Equal(60, SecondsUntilDue(decision, 1));
        decision.Called();
        for (var second = 0; second <= kept; second++)
        {
            decision.Look(Well(At(100 + second), "east"), At(100 + second));
        }

        Assert.Equal(expected, SecondsUntilDue(decision, 101 + kept));
    }

    [Theory]
    [InlineData(1000, 300, 0)]
    [InlineData(900, 300, 0)]
    [InlineData(899, 300, 100)]
    [InlineData(500, 300, 200)]
    [InlineData(1, 300, 298)]
    [InlineData(500, 100, 0)]
    public void Lag_IsTheAgeOfTheOldestPositionThatIsMissing(long replayed, int askedAt, int expected)
    {
        var topology = With(At(askedAt), east => east with { Report = Report(standby: true, replayed) }) with
        {
            Positions = [new(At(1), 1), new(At(2), 500), new(At(100), 800), new(At(200), 900)],
        };

        Assert.Equal(At(expected), FailbackDecision.Lag(topology, topology["east"]));
    }

    /// <summary>The reducer notices every break, also one that lasts less than the time between two looks.</summary>
    [Fact]
    public void StandbySince_FailedProbeOrRestart_BeginsAnew()
    {
        var scenario = TopologyScenario.Steady();
        var since = scenario.Topology["west"].StandbySince;
        scenario.Standby("west", epoch: 1);
        Assert.NotNull(since);
        Assert.Equal(since, scenario.Topology["west"].StandbySince);

        scenario.Fails("west", RegionFailureKind.TimedOut);
        Assert.Null(scenario.Topology["west"].StandbySince);
        scenario.Standby("west", epoch: 1);
        var again = scenario.Topology["west"].StandbySince;
        Assert.True(again > since);

        var restarted = TopologyReducer.Reduce(
            scenario.Topology,
            new ServerReported("west", scenario.Now + Second, scenario.Now + Second, scenario.Topology["west"].Report! with { Incarnation = 7 }),
            TopologyRules.Default);
        Assert.Equal(scenario.Now + Second, restarted.Topology["west"].StandbySince);
        Assert.Null(scenario.Writable("west", epoch: 2, timeline: 2).Topology["west"].StandbySince);
    }

    private static TimeSpan At(int second) => second * Second;

    private static int SecondsUntilDue(FailbackDecision decision, int from) => FirstDue(decision, from, 10_000)!.Value;

    private static int? FirstDue(FailbackDecision decision, int from, int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            if (decision.Look(Well(At(from + second)), At(from + second)).IsDue)
            {
                return second;
            }
        }

        return null;
    }

    private static RegionTopology Broken(string what, TimeSpan now) => what switch
    {
        "a failed probe" => With(now, east => east with { Misses = 1 }),
        "a restart between two looks" => With(now, east => east with { StandbySince = now }),
        "lag" => With(now, east => east with { Report = Report(standby: true, 100) }) with { Positions = [new(now - TimeSpan.FromSeconds(1.1), 101)] },
        "lag that Aurora tells of" => With(now, east => east with { Report = east.Report! with { Aurora = new AuroraStatus { Lag = TimeSpan.FromMinutes(20) } } }),
        "lag that is not known" => With(now, east => east with { FreshAsOf = null }),
        "unreachable" => With(now, east => east with { Condition = RegionCondition.Unreachable }),
        "promoted" => With(now, east => east with { Condition = RegionCondition.Writable }),
        "no writer" => Well(now) with { Writer = null, Phase = TopologyPhase.NoWriter },
        "a held switch" => Well(now) with { Held = new HeldSwitch("east", "it waits", NeedsApproval: true) },
        "split brain" => Well(now) with { Diagnosis = new Diagnosis(WriterDiagnosis.SplitBrain, "two") },
        _ => throw new ArgumentOutOfRangeException(nameof(what)),
    };

    private static RegionTopology Blocked(string what, TimeSpan now) => what switch
    {
        "the writer is in doubt" => Well(now) with { Phase = TopologyPhase.Suspect },
        "old news of the writer" => Well(now) with { Writer = Well(now).Writer! with { VerifiedAt = now - TimeSpan.FromSeconds(6) } },
        "old news of the preferred" => With(now, east => east with { ContactAt = now - TimeSpan.FromSeconds(6) }),
        _ => throw new ArgumentOutOfRangeException(nameof(what)),
    };

    private static RegionTopology Well(TimeSpan now, string writer = "west") => With(now, east => east, writer);

    private static RegionTopology With(TimeSpan now, Func<RegionState, RegionState> east, string writer = "west") => new()
    {
        Regions = [east(Region("east", writer != "east", now)), Region("west", writer != "west", now)],
        Phase = TopologyPhase.Steady,
        Writer = new WriterState(writer, new WriterTerm(2, 2), 2, now),
        Positions = [new WriterPosition(now, 100)],
        Diagnosis = new Diagnosis(WriterDiagnosis.Healthy, "it answers"),
    };

    private static RegionState Region(string name, bool standby, TimeSpan now) => new(name)
    {
        Condition = standby ? RegionCondition.Standby : RegionCondition.Writable,
        Report = Report(standby, 100),
        ContactAt = now,
        FreshAsOf = standby ? now : null,
        StandbySince = standby ? TimeSpan.Zero : null,
    };

    private static ServerReport Report(bool standby, long position) => new(standby, false, 7, standby ? null : 2, position, new EpochRow(2, "west"), TimeSpan.FromMilliseconds(2));

    /// <summary>The same jitter each time.</summary>
    private sealed class Fixed(double value) : Random
    {
        public override double NextDouble() => value;
    }
}

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Resilience.Evidence;
using Resilience.Internal;
using Resilience.Postgres;
using Resilience.Regions;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Evidence;

public sealed class FailoverRecorderTests
{
    private static readonly RegionFailure Broke = new(RegionFailureKind.Broken, "broke");

    /// <summary>A step of the wall clock moves a record, but not its phases.</summary>
    [Fact]
    public void WallClockStepsBack_BeforeTheFirstSuccess_RtoIsNotNegative()
    {
        var time = new SteppingTime();
        var clock = new MonotonicClock(time);
        var recorder = new FailoverRecorder("db", clock, null);
        recorder.On(new WriterSuspected(clock.Now, "east", Broke));
        recorder.On(new WriterLost(clock.Now, "east", clock.Now, "gone"));
        recorder.On(new WriterElected(clock.Now, "west", new WriterState("west", new WriterTerm(2, 2), 2, clock.Now), "east"));
        time.Step = TimeSpan.FromMinutes(-5);

        recorder.OnFirstSuccess("west");

        Assert.True(recorder.Records[0].Rto >= TimeSpan.Zero, $"RTO {recorder.Records[0].Rto}");
    }

    /// <summary>An operation belongs to the failover that caught it, whenever its end is known; a mere broken connection belongs to none.</summary>
    [Fact]
    public void Count_OperationsOfTwoFailovers_EachHasItsOwn_AndOfABrokenConnectionNone()
    {
        var time = new ManualTimeProvider();
        var clock = new MonotonicClock(time);
        var recorder = new FailoverRecorder("db", clock, null);
        static OperationCounts Unknown(OperationCounts counts) => counts with { Unknown = counts.Unknown + 1 };

        time.Advance(TimeSpan.FromSeconds(10));
        recorder.Count(clock.Now, Unknown);
        recorder.On(new WriterSuspected(clock.Now, "east", Broke));
        recorder.On(new WriterConfirmed(clock.Now, "east", new WriterTerm(1, 1), WasLost: false));

        time.Advance(TimeSpan.FromSeconds(10));
        var first = clock.Now;
        recorder.Count(first, Unknown);
        Lose("east", "west", 2);
        time.Advance(TimeSpan.FromSeconds(10));
        Lose("west", "east", 3);
        recorder.Count(first, Unknown);
        recorder.Count(first - TimeSpan.FromSeconds(5), Unknown);
        recorder.Count(null, counts => counts.Lose("op-9"));

        Assert.Equal([2, 0], recorder.Records.Select(record => record.Operations.Unknown));
        Assert.Equal([0, 1], recorder.Records.Select(record => record.Operations.Lost));
        Assert.Equal(["op-9"], recorder.Records[1].Operations.LostOperations);

        void Lose(string from, string to, int epoch)
        {
            recorder.On(new WriterLost(clock.Now, from, clock.Now, "gone"));
            time.Advance(TimeSpan.FromSeconds(1));
            recorder.On(new WriterElected(clock.Now, to, new WriterState(to, new WriterTerm(epoch, epoch), epoch, clock.Now), from));
        }
    }

    /// <summary>Stopping the old writer and promoting the other is what a planned switchover consists of; the record says so.</summary>
    [Fact]
    public void PlannedSwitchover_ThenStoppedAndPromoted_StaysPlanned_AndTheNextOneIsNot()
    {
        var clock = new MonotonicClock(TimeProvider.System);
        var recorder = new FailoverRecorder("db", clock, null);
        recorder.On(new WriterLost(clock.Now, "east", clock.Now, "set read-only") { IsPlanned = true });
        foreach (var kind in new[] { WriterDiagnosis.PlannedSwitchover, WriterDiagnosis.PrimaryDown, WriterDiagnosis.Promoted })
        {
            recorder.On(new DiagnosisChanged(clock.Now, "east", WriterDiagnosis.Unknown, new Diagnosis(kind, $"{kind}")));
        }

        recorder.On(new WriterElected(clock.Now, "west", new WriterState("west", new WriterTerm(2, 2), 2, clock.Now), "east"));
        recorder.On(new WriterLost(clock.Now, "west", clock.Now, "gone"));
        recorder.On(new WriterElected(clock.Now, "east", new WriterState("east", new WriterTerm(3, 3), 3, clock.Now), "west"));

        Assert.Equal([(true, WriterDiagnosis.PlannedSwitchover), (false, WriterDiagnosis.Unknown)], recorder.Records.Select(record => (record.IsPlanned, record.Diagnosis)));
    }

    /// <summary>A suspicion between the promotion and the election keeps the promotion's moment.</summary>
    [Fact]
    public void SuspicionAfterThePromotionWasSeen_KeepsItsMoment()
    {
        var clock = new MonotonicClock(TimeProvider.System);
        var recorder = new FailoverRecorder("db", clock, null);
        recorder.On(new PromotionSeen(clock.Now, "west", new WriterTerm(1, 2)));
        recorder.On(new WriterSuspected(clock.Now, "east", Broke));
        recorder.On(new WriterElected(clock.Now, "west", new WriterState("west", new WriterTerm(2, 2), 2, clock.Now), "east"));

        Assert.NotNull(recorder.Records[0].PromotionSeenAt);
    }

    /// <summary>People decided while the writer still served: nothing of the recovery was spent on it, and no phase is negative.</summary>
    [Fact]
    public void ApprovedWhileTheWriterServed_NoPhaseIsNegative_AndADoubtMeanwhileForgetsNothing()
    {
        var clock = new MonotonicClock(TimeProvider.System);
        var recorder = new FailoverRecorder("db", clock, null);
        var now = clock.Now;
        recorder.On(new PromotionSeen(now - TimeSpan.FromSeconds(400), "west", new WriterTerm(1, 2)));
        recorder.On(new SwitchHeld(now - TimeSpan.FromSeconds(400), "west", "east", "it waits"));
        recorder.On(new WriterSuspected(now - TimeSpan.FromSeconds(200), "east", Broke));
        recorder.On(new WriterConfirmed(now - TimeSpan.FromSeconds(199), "east", new WriterTerm(1, 1), WasLost: false));
        recorder.On(new SwitchApproved(now - TimeSpan.FromSeconds(1), "west", [new SwitchApproval("alice", TimeSpan.FromSeconds(5)), new SwitchApproval("bob", TimeSpan.Zero)]));
        recorder.On(new WriterLost(now, "east", now, "fenced"));
        recorder.On(new WriterElected(now, "west", new WriterState("west", new WriterTerm(2, 2), 2, now), "east"));

        var record = recorder.Records[0];
        Assert.All([record.Detection, record.Validation, record.Decision, record.Switch], phase => Assert.InRange(phase, TimeSpan.Zero, TimeSpan.FromSeconds(1)));
        Assert.Equal(["alice", "bob"], record.Approvals.Select(approval => approval.Principal));
        Assert.NotNull(record.PromotionSeenAt);
    }

    [Fact]
    public void HeldUntilPeopleDecided_TheWaitIsTheDecision()
    {
        var clock = new MonotonicClock(TimeProvider.System);
        var recorder = new FailoverRecorder("db", clock, null);
        var now = clock.Now;
        recorder.On(new WriterLost(now - TimeSpan.FromSeconds(100), "east", now - TimeSpan.FromSeconds(101), "gone"));
        recorder.On(new SwitchHeld(now - TimeSpan.FromSeconds(90), "west", "east", "it waits"));
        recorder.On(new SwitchApproved(now - TimeSpan.FromSeconds(10), "west", [new SwitchApproval("alice", TimeSpan.Zero)]));
        recorder.On(new WriterElected(now, "west", new WriterState("west", new WriterTerm(2, 2), 2, now), "east"));

        var record = recorder.Records[0];
        Assert.Equal((10, 80), (record.Validation.TotalSeconds, record.Decision.TotalSeconds));
    }

    /// <summary>A crash in the middle of a line spoils that line alone, and two databases share the file.</summary>
    [Fact]
    public async Task Log_TornLine_AndTwoDatabasesAtOnce_EachRecordIsALine()
    {
        var folder = Directory.CreateTempSubdirectory("failovers-").FullName;
        var path = Path.Combine(folder, "failovers.jsonl");
        await File.WriteAllTextAsync(path, "{\"id\":\"torn");
        await using (var log = new FailoverLog(folder, TimeProvider.System, NullLogger.Instance))
        {
            var clock = new MonotonicClock(TimeProvider.System);
            var recorders = new[] { "a", "b" }.Select(name => new FailoverRecorder(name, clock, null, null, log)).ToList();
            Parallel.For(0, 40, i => recorders[i % 2].On(new WriterElected(clock.Now, "west", new WriterState("west", new WriterTerm(2, 2), 2, clock.Now), "east")));
        }

        var lines = await File.ReadAllLinesAsync(path);
        Assert.Equal("{\"id\":\"torn", lines[0]);
        Assert.Equal(40, lines.Skip(1).Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()).Distinct().Count());
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The only loop that can find a writer outlives a log provider that throws.</summary>
    [Fact]
    public async Task Tracker_LoggerThrows_LoopGoesOn()
    {
        using var tracker = new TopologyTracker(
            RegionTopology.Create(["east"]), TopologyRules.Default, new MonotonicClock(TimeProvider.System), () => new HoldState(HoldDecision.None), new ThrowingListener(), new ThrowingLogger());
        using var stop = new CancellationTokenSource();
        var loop = Task.Run(() => tracker.RunAsync(stop.Token));
        tracker.Observe(new ProbeFailed("east", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), Broke));
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, stop.Token);
        var died = loop.IsCompleted;
        await stop.CancelAsync();

        Assert.False(died, $"the loop ended: {loop.Exception?.InnerException?.Message}");
    }

    private sealed class SteppingTime : TimeProvider
    {
        public TimeSpan Step { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Step;
    }

    private sealed class ThrowingListener : ITopologyListener
    {
        public void Changing(TopologyChange change) => throw new InvalidOperationException("a metric listener or log provider threw");

        public void Changed(RegionTopology before, TopologyChange change)
        {
        }
    }

    private sealed class ThrowingLogger : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException("the log provider threw");
    }
}

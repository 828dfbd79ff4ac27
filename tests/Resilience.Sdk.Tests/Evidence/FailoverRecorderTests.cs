using Microsoft.Extensions.Logging;
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

    /// <summary>The only loop that can find a writer outlives a log provider that throws.</summary>
    [Fact]
    public async Task Tracker_LoggerThrows_LoopGoesOn()
    {
        using var tracker = new TopologyTracker(
            RegionTopology.Create(["east"]), TopologyRules.Default, new MonotonicClock(TimeProvider.System), new ThrowingListener(), new ThrowingLogger());
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

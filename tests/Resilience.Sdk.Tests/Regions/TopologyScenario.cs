using Resilience.Regions;

namespace Resilience.Sdk.Tests.Regions;

/// <summary>Feeds observations to the reducer, a second apart unless said otherwise, and keeps what came of them.</summary>
internal sealed class TopologyScenario
{
    public const long Ours = 7001;
    public const long Another = 9009;

    private readonly TopologyRules _rules;

    private TopologyScenario(RegionTopology topology, TopologyRules rules)
    {
        Topology = topology;
        _rules = rules;
    }

    public RegionTopology Topology { get; private set; }

    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(100);

    /// <summary>The events of the last step.</summary>
    public IReadOnlyList<TopologyEvent> Events { get; private set; } = [];

    public List<TopologyEvent> History { get; } = [];

    public static TopologyScenario Of(params string[] regions) => With(regions, SwitchMode.Automatic, remembered: null);

    public static TopologyScenario With(IEnumerable<string> regions, SwitchMode mode, RememberedTerm? remembered, bool needsWitness = false) =>
        new(RegionTopology.Create(regions, remembered), TopologyRules.Default with { Switch = mode, NeedsWitness = needsWitness });

    /// <summary>East writes with epoch 1 on timeline 1, west follows.</summary>
    public static TopologyScenario Steady() => Of("east", "west").Standby("west", epoch: 1).Writable("east", epoch: 1, claimedBy: "east");

    public TopologyScenario Writable(
        string region, long? epoch = null, string? claimedBy = null, int? timeline = 1, long lsn = 1000, long cluster = Ours, TimeSpan? sentAgo = null,
        IEnumerable<SwitchApproval>? approvals = null, AuroraStatus? aurora = null) =>
        Report(
            region,
            new ServerReport(false, false, cluster, timeline, lsn, Row(epoch, claimedBy ?? region), TimeSpan.FromMilliseconds(2)) { Approvals = [.. approvals ?? []], Aurora = aurora },
            sentAgo);

    public TopologyScenario Standby(
        string region, long? epoch = null, string claimedBy = "east", long lsn = 1000, long cluster = Ours, long received = 0, bool? fed = false, AuroraStatus? aurora = null) =>
        Report(
            region,
            new ServerReport(true, false, cluster, null, lsn, Row(epoch, claimedBy), TimeSpan.FromMilliseconds(2)) { Received = received, IsFed = fed, Aurora = aurora },
            null);

    public TopologyScenario ReadOnly(string region) =>
        Report(region, new ServerReport(false, true, Ours, 1, 1000, Row(1, "east"), TimeSpan.FromMilliseconds(2)), null);

    public TopologyScenario Fails(string region, RegionFailureKind kind = RegionFailureKind.Unreachable, TimeSpan? sentAgo = null, bool refused = false)
    {
        Advance(TimeSpan.FromSeconds(1));
        return Apply(new ProbeFailed(region, Now - (sentAgo ?? TimeSpan.FromMilliseconds(2)), Now, new RegionFailure(kind, $"{kind}") { IsRefusal = refused }));
    }

    /// <summary>Another observer of the same database has seen a term.</summary>
    public TopologyScenario HearsOf(long epoch, int timeline, long cluster = Ours) => Apply(new TermSeen(new WriterTerm(epoch, timeline), cluster, Now));

    public TopologyScenario AnswersLate(string region, TimeSpan roundTrip)
    {
        Advance(roundTrip);
        return Apply(new AnsweredLate(region, Now, roundTrip));
    }

    /// <summary>East again, as another process than before.</summary>
    public TopologyScenario Restarted(string region, long epoch = 1) =>
        Report(region, new ServerReport(false, false, Ours, 1, 1000, Row(epoch, region), TimeSpan.FromMilliseconds(2)) { Incarnation = 2 }, null);

    public TopologyScenario CallFails(string region, long generation, RegionFailureKind kind = RegionFailureKind.Broken, TimeSpan? ago = null)
    {
        Advance(TimeSpan.FromSeconds(1));
        return Apply(new CallFailed(
            region, generation, Now - (ago ?? TimeSpan.Zero), new RegionFailure(kind, $"{kind}") { RefusesWrites = kind is RegionFailureKind.DiskFull or RegionFailureKind.NotWritable }));
    }

    public TopologyScenario ClaimFails(string region, string message = "no right")
    {
        Advance(TimeSpan.FromMilliseconds(10));
        return Apply(new ClaimFailed(region, Now, new RegionFailure(RegionFailureKind.Rejected, message)));
    }

    public TopologyScenario Held(string principal) => Decided(new HoldState(new HoldDecision(1, 1, principal, default)));

    public TopologyScenario Released() => Decided(new HoldState(HoldDecision.None));

    public TopologyScenario Decided(HoldState state) => Apply(new HoldDecided(state, Now));

    /// <summary>Another replica has seen a term.</summary>
    public TopologyScenario Told(long epoch, int timeline, long cluster = Ours) => Apply(new TermTold(new RememberedTerm(cluster, new WriterTerm(epoch, timeline), "elsewhere"), Now));

    public TopologyScenario TimePasses(TimeSpan by)
    {
        Advance(by);
        return Apply(new TimePassed(Now));
    }

    public TopologyScenario Restart(params string[] regions) => new(Topology.Restart(regions), _rules) { Now = Now };

    public void Advance(TimeSpan by) => Now += by;

    private TopologyScenario Report(string region, ServerReport report, TimeSpan? sentAgo)
    {
        Advance(TimeSpan.FromSeconds(1));
        return Apply(new ServerReported(region, Now - (sentAgo ?? TimeSpan.FromMilliseconds(2)), Now, report));
    }

    private TopologyScenario Apply(RegionObservation observation)
    {
        var before = Topology;
        var change = TopologyReducer.Reduce(Topology, observation, _rules);
        Topology = change.Topology;
        Events = change.Events.IsDefault ? [] : change.Events;
        History.AddRange(Events);

        // What must hold after every single step, whatever the scenario.
        Assert.True(Topology.HighestTerm >= before.HighestTerm, "the highest term went down");
        Assert.True(Topology.Writer is null || Topology[Topology.Writer.Region].Condition == RegionCondition.Writable, "the writer is not writable");
        Assert.Equal(Topology.Writer is null, Topology.Phase is TopologyPhase.Discovering or TopologyPhase.NoWriter);
        return this;
    }

    private static EpochRow? Row(long? epoch, string region) => epoch is { } value ? new EpochRow(value, region) : null;
}

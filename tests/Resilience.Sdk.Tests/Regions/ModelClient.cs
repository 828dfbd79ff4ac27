using Resilience.Regions;

namespace Resilience.Sdk.Tests.Regions;

/// <summary>One process with the real reducer. Checks after each observation what must always hold.</summary>
internal sealed class ModelClient(IReadOnlyList<string> regions)
{
    private WriterTerm _highestElected;

    public RegionTopology Topology { get; private set; } = RegionTopology.Create(regions);

    public void Observe(RegionObservation observation)
    {
        var before = Topology;
        var change = TopologyReducer.Reduce(before, observation, TopologyRules.Default);
        Topology = change.Topology;
        Assert.True(Topology.HighestTerm >= before.HighestTerm, $"the highest term went from {before.HighestTerm} to {Topology.HighestTerm}");
        Assert.Equal(Topology.Writer is null, Topology.Phase is TopologyPhase.Discovering or TopologyPhase.NoWriter);
        if (Topology.Writer is { } writer)
        {
            var state = Topology[writer.Region];
            Assert.True(state.Condition == RegionCondition.Writable, $"the writer '{writer.Region}' is {state.Condition}");
            var known = Topology.KnownTerm(TopologyScenario.Ours);
            Assert.False(state.Report!.IsOutdated(known), $"the writer's {state.Report.Term} is below {known}");
            Assert.DoesNotContain(Topology.Regions, region => region.Report?.Epoch is { } row && row.Epoch > known.Epoch && state.Report.IsOutdated(new WriterTerm(row.Epoch, 0)));
        }

        foreach (var elected in change.Events.OfType<WriterElected>())
        {
            var report = Topology[elected.Region].Report!;
            Assert.False(report.IsOutdated(_highestElected), $"'{elected.Region}' ({report.Term}) was elected after {_highestElected}");
            Assert.Equal(elected.Region, report.Epoch?.WriterRegion);
            _highestElected = report.Term > _highestElected ? report.Term : _highestElected;
        }
    }

    /// <summary>Another process on the same disk.</summary>
    public void Restart() => Topology = RegionTopology.Create(
        regions, Topology.SystemIdentifier is not null ? new RememberedTerm(TopologyScenario.Ours, Topology.KnownTerm(TopologyScenario.Ours), "the file") : Topology.Remembered);

    public void Reload() => Topology = Topology.Restart(regions);
}

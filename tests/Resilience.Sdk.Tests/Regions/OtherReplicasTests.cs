using Resilience.Regions;

namespace Resilience.Sdk.Tests.Regions;

/// <summary>What other replicas of the service know changes what this one may do.</summary>
public sealed class OtherReplicasTests
{
    private static readonly HoldState NotHeard = new(HoldDecision.None) { IsUnasked = true };

    [Fact]
    public void Starts_NoWriterIsChosenBeforeTheOthersWereHeard()
    {
        var scenario = TopologyScenario.Of("east", "west").Decided(NotHeard).Standby("west", epoch: 1).Writable("east", epoch: 1, claimedBy: "east");
        Assert.Null(scenario.Topology.Writer);

        Assert.Equal("east", scenario.Decided(NotHeard with { IsUnasked = false }).Topology.Writer?.Region);
    }

    [Fact]
    public void Starts_TheOthersSawALaterTerm_TheFormerWriterIsNeverChosen()
    {
        var scenario = TopologyScenario.Of("east", "west").Decided(NotHeard).Fails("west").Fails("west").Writable("east", epoch: 1, claimedBy: "east")
            .Told(epoch: 2, timeline: 2).Decided(NotHeard with { IsUnasked = false });

        Assert.Null(scenario.Topology.Writer);
        Assert.Equal(RegionCondition.Fenced, scenario.Topology["east"].Condition);
        Assert.DoesNotContain(scenario.History, happened => happened is WriterElected);
    }

    [Fact]
    public void AnotherReplicaSeesALaterTerm_TheWriterIsLostAtOnce()
    {
        var scenario = TopologyScenario.Steady().Told(epoch: 2, timeline: 2);

        Assert.Null(scenario.Topology.Writer);
        Assert.Contains("below epoch 2", Assert.Single(scenario.Events.OfType<WriterLost>()).Reason, StringComparison.Ordinal);
        Assert.Equal("west", scenario.Writable("west", epoch: 2, timeline: 2).Topology.Writer?.Region);
    }

    [Theory]
    [InlineData(1, 1, TopologyScenario.Ours)]
    [InlineData(0, 0, TopologyScenario.Ours)]
    [InlineData(9, 9, TopologyScenario.Another)]
    public void TermIsNotHigher_OrOfAnotherCluster_ChangesNothing(long epoch, int timeline, long cluster)
    {
        var scenario = TopologyScenario.Steady().Told(epoch, timeline, cluster);

        Assert.Equal("east", scenario.Topology.Writer?.Region);
        Assert.Empty(scenario.Events);
    }

    [Fact]
    public void Restart_WithAnotherConfiguration_KnowsWhatTheOthersSaw()
    {
        var scenario = TopologyScenario.Steady().Told(epoch: 2, timeline: 2).Restart("east", "north").Fails("north").Writable("east", epoch: 1, claimedBy: "east");

        Assert.Null(scenario.Topology.Writer);
    }
}

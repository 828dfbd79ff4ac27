using Resilience.Regions;

namespace Resilience.Sdk.Tests.Regions;

/// <summary>An operator decides that writes go to no other region, whatever the configuration says.</summary>
public sealed class OperatorHoldTests
{
    [Fact]
    public void Held_APromotionIsNotFollowed_AndSaysWhoHoldsIt()
    {
        var scenario = TopologyScenario.Steady().Held("alice").Fails("east").Fails("east").Writable("west", epoch: 1, claimedBy: "east", timeline: 2);

        Assert.Null(scenario.Topology.Writer);
        Assert.Null(scenario.Topology.Claimant);
        Assert.Equal(("west", "'alice' holds all switches", false), (scenario.Topology.Held!.Region, scenario.Topology.Held.Why, scenario.Topology.Held.NeedsApproval));
        Assert.Single(scenario.History.OfType<SwitchHeld>());
    }

    [Fact]
    public void Held_ThePreviousWriterReturns_WritesGoBackToIt()
    {
        var scenario = TopologyScenario.Steady().Held("alice").Fails("east").Fails("east").Writable("west", epoch: 1, claimedBy: "east", timeline: 2)
            .Writable("east", epoch: 1);

        Assert.Equal("east", scenario.Topology.Writer?.Region);
    }

    [Fact]
    public void Held_AnotherReplicaFollowedThePromotion_TheFormerWriterIsNotWrittenToEither()
    {
        var scenario = TopologyScenario.Steady().Held("alice").Fails("east").Fails("east").Writable("west", epoch: 2, claimedBy: "west", timeline: 2)
            .Writable("east", epoch: 1);

        Assert.Null(scenario.Topology.Writer);
        Assert.Equal(RegionCondition.Fenced, scenario.Topology["east"].Condition);
    }

    [Fact]
    public void Released_ThePromotionThatWaitsIsFollowed()
    {
        var scenario = TopologyScenario.Steady().Held("alice").Fails("east").Fails("east").Writable("west", epoch: 1, claimedBy: "east", timeline: 2)
            .Released();

        Assert.Equal("west", scenario.Topology.Claimant);
        Assert.Null(scenario.Topology.Held);
        Assert.Equal("west", scenario.Writable("west", epoch: 2, timeline: 2).Topology.Writer?.Region);
    }

    [Fact]
    public void Held_WhileNothingIsTheMatter_TheWriterStays()
    {
        var scenario = TopologyScenario.Steady().Held("alice");

        Assert.Equal("east", scenario.Topology.Writer?.Region);
        Assert.Equal("alice", scenario.Topology.HeldBy);
        Assert.Null(scenario.Released().Topology.HeldBy);
    }

    [Fact]
    public void Held_TheConfigurationChanges_ItStillHolds()
    {
        var scenario = TopologyScenario.Steady().Held("alice").Restart("east", "west").Fails("east").Fails("east").Writable("west", epoch: 1, claimedBy: "east", timeline: 2);

        Assert.Null(scenario.Topology.Writer);
        Assert.Equal("west", scenario.Topology.Held?.Region);
    }
}

using Resilience.Regions;

namespace Resilience.Sdk.Tests.Regions;

public sealed class WriterElectionTests
{
    /// <summary>A fresh process that has a standby's proof of a later epoch in hand does not elect the old writer.</summary>
    [Fact]
    public void FreshProcess_StandbyAlreadyShowedALaterEpoch_OldWriterIsNotElected()
    {
        var scenario = TopologyScenario.Of("east", "west", "north").Fails("west").Standby("north", epoch: 2, claimedBy: "west").Writable("east", epoch: 1);

        Assert.Null(scenario.Topology.Writer);
    }

    [Fact]
    public void FreshProcess_StandbyShowsALaterEpochLast_OldWriterIsNotElected()
    {
        var scenario = TopologyScenario.Of("east", "west", "north").Fails("west").Writable("east", epoch: 1).Standby("north", epoch: 2, claimedBy: "west");

        Assert.Null(scenario.Topology.Writer);
    }

    /// <summary>A condition from before the proof counts no more.</summary>
    [Fact]
    public void Reload_StandbyShowsALaterEpoch_HighestTermStaysAndOldWriterIsFenced()
    {
        var scenario = TopologyScenario.Of("east", "west", "north").Standby("west", epoch: 1).Standby("north", epoch: 1).Writable("east", epoch: 1)
            .Restart("east", "west", "north")
            .Fails("west")
            .Writable("east", epoch: 1)
            .Standby("north", epoch: 2, claimedBy: "west");

        Assert.Null(scenario.Topology.Writer);
        Assert.Equal(2, scenario.Topology.HighestTerm.Epoch);
    }

    /// <summary>A region that is outbid since its last report must not claim above what outbid it.</summary>
    [Fact]
    public void Claimant_OutdatedByAStandbysEpoch_IsNotToldToClaim()
    {
        var scenario = TopologyScenario.Of("east", "west", "north").Standby("west", epoch: 1).Standby("north", epoch: 1).Writable("east", epoch: 1)
            .Fails("east")
            .Writable("west", epoch: 1, claimedBy: "east", timeline: 2)
            .Standby("north", epoch: 3, claimedBy: "frankfurt");

        Assert.Null(scenario.Topology.Claimant);
    }

    /// <summary>A standby that follows the fenced writer shows the old epoch, so it cannot hold what the new writer wrote; LSNs of two histories are compared.</summary>
    [Fact]
    public void StandbyOfTheFencedWriter_IsNotFresh()
    {
        var scenario = TopologyScenario.Of("east", "west", "north").Standby("west", epoch: 1).Standby("north", epoch: 1).Writable("east", epoch: 1)
            .Fails("east")
            .Writable("west", epoch: 2, timeline: 2, lsn: 5000)
            .Standby("north", epoch: 1, claimedBy: "east", lsn: 9000);

        Assert.DoesNotContain("north", ReaderSelection.Order(scenario.Topology, TimeSpan.FromSeconds(5), "north", scenario.Now));
    }

    /// <summary>While a promoted region's claim is refused, its promotion is news once.</summary>
    [Fact]
    public void PromotionWithARefusedClaim_IsSaidOnce()
    {
        var scenario = TopologyScenario.Steady().Fails("east").Writable("west", epoch: 1, claimedBy: "east", timeline: 2);
        for (var i = 0; i < 5; i++)
        {
            scenario.ClaimFails("west").Writable("west", epoch: 1, claimedBy: "east", timeline: 2);
        }

        Assert.Single(scenario.History.OfType<PromotionSeen>());
    }

    /// <summary>The row is replicated asynchronously like everything else: a claim may be lost with the server that took it.</summary>
    [Fact]
    public void Successor_WhoseCopyOfTheClaimWasLost_ClaimsAnewByItsLaterTimeline()
    {
        var scenario = TopologyScenario.Of("east", "west", "north").Standby("west", epoch: 1).Standby("north", epoch: 1).Writable("east", epoch: 1)
            .Fails("east")
            .Writable("west", epoch: 2, timeline: 2)
            .Fails("west")
            .Writable("north", epoch: 1, claimedBy: "east", timeline: 3);

        Assert.Equal("north", scenario.Topology.Claimant);
        Assert.Equal("north", scenario.Writable("north", epoch: 3, timeline: 3).Topology.Writer!.Region);
    }
}

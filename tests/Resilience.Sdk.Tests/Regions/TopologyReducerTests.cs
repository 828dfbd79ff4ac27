using Resilience.Regions;

namespace Resilience.Sdk.Tests.Regions;

/// <summary>The rule table of the reducer, one row a test. It is kept whole, so that a missing rule can be seen; hence the length.</summary>
public sealed class TopologyReducerTests
{
    [Fact]
    public void Discovering_NotAllRegionsHeard_ElectsNobody()
    {
        var scenario = TopologyScenario.Of("east", "west").Writable("east", epoch: 1);

        Assert.Null(scenario.Topology.Writer);
        Assert.Equal(TopologyPhase.Discovering, scenario.Topology.Phase);
    }

    [Fact]
    public void Discovering_OneAnswersTheOtherFails_ElectsTheOneThatClaimed()
    {
        var scenario = TopologyScenario.Of("east", "west").Fails("west").Writable("east", epoch: 1);

        Assert.Equal("east", scenario.Topology.Writer!.Region);
        Assert.Equal(1, scenario.Topology.Writer.Generation);
        Assert.Null(Assert.Single(scenario.Events.OfType<WriterElected>()).Previous);
    }

    [Fact]
    public void Discovering_AllFail_StaysWithoutWriterAndRecoversByItself()
    {
        var scenario = TopologyScenario.Of("east", "west").Fails("west").Fails("east");
        Assert.Null(scenario.Topology.Writer);

        scenario.Writable("east", epoch: 1);

        Assert.Equal("east", scenario.Topology.Writer!.Region);
    }

    [Fact]
    public void Discovering_NoRowYet_AsksTheWritableRegionToClaim()
    {
        var scenario = TopologyScenario.Of("east", "west").Standby("west").Writable("east");
        Assert.Equal("east", scenario.Topology.Claimant);
        Assert.Null(scenario.Topology.Writer);

        scenario.Writable("east", epoch: 1);

        Assert.Null(scenario.Topology.Claimant);
        Assert.Equal("east", scenario.Topology.Writer!.Region);
    }

    [Fact]
    public void Discovering_OldWriterAndPromotedOneBothWritable_ElectsTheHigherTimelineWhateverTheOrder()
    {
        var oldFirst = TopologyScenario.Of("east", "west").Writable("east", epoch: 1).Writable("west", epoch: 1, claimedBy: "east", timeline: 2);
        var newFirst = TopologyScenario.Of("east", "west").Writable("west", epoch: 1, claimedBy: "east", timeline: 2).Writable("east", epoch: 1);

        Assert.Equal("west", oldFirst.Topology.Claimant);
        Assert.Equal("west", newFirst.Topology.Claimant);

        newFirst.Writable("west", epoch: 2, timeline: 2);
        Assert.Equal("west", newFirst.Topology.Writer!.Region);
        Assert.Equal(RegionCondition.Fenced, newFirst.Topology["east"].Condition);
    }

    [Fact]
    public void Discovering_RegionsOfTwoClusters_ElectsNobodyAndSaysWhy()
    {
        var scenario = TopologyScenario.Of("east", "west").Writable("east").Writable("west", cluster: TopologyScenario.Another);

        Assert.Null(scenario.Topology.Writer);
        Assert.Contains("'east' 7001, 'west' 9009", scenario.Topology.Conflict, StringComparison.Ordinal);
        Assert.Single(scenario.Events.OfType<ClusterConflict>());
        Assert.Empty(scenario.Writable("east").Events.OfType<ClusterConflict>());
    }

    [Fact]
    public void Discovering_RegionsOfTwoClusters_TheOneWithTheEpochRowIsOurs()
    {
        var scenario = TopologyScenario.Of("east", "west").Writable("east", cluster: TopologyScenario.Another).Writable("west", epoch: 4, timeline: 3);

        Assert.Equal("west", scenario.Topology.Writer!.Region);
        Assert.Equal(RegionCondition.Foreign, scenario.Topology["east"].Condition);
    }

    [Fact]
    public void Report_OfAnotherCluster_IsForeignForEver()
    {
        var scenario = TopologyScenario.Steady().Fails("east").Writable("west", epoch: 99, timeline: 9, cluster: TopologyScenario.Another);

        Assert.Equal(RegionCondition.Foreign, scenario.Topology["west"].Condition);
        Assert.Null(scenario.Topology.Writer);
        Assert.Equal(1, scenario.Topology.HighestTerm.Epoch);
    }

    [Theory]
    [InlineData(RegionFailureKind.TimedOut, 1, TopologyPhase.Suspect)]
    [InlineData(RegionFailureKind.TimedOut, 2, TopologyPhase.NoWriter)]
    [InlineData(RegionFailureKind.Broken, 1, TopologyPhase.Suspect)]
    [InlineData(RegionFailureKind.Broken, 2, TopologyPhase.NoWriter)]
    [InlineData(RegionFailureKind.Rejected, 1, TopologyPhase.Suspect)]
    [InlineData(RegionFailureKind.Unreachable, 1, TopologyPhase.NoWriter)]
    [InlineData(RegionFailureKind.NotServing, 1, TopologyPhase.NoWriter)]
    internal void WriterProbe_Fails_PhaseFollowsKindAndCount(RegionFailureKind kind, int times, TopologyPhase expected)
    {
        var scenario = TopologyScenario.Steady();
        for (var i = 0; i < times; i++)
        {
            scenario.Fails("east", kind);
        }

        Assert.Equal(expected, scenario.Topology.Phase);
        Assert.Single(scenario.History.OfType<WriterSuspected>());
        Assert.Equal(expected == TopologyPhase.NoWriter ? 1 : 0, scenario.History.OfType<WriterLost>().Count());
    }

    [Fact]
    public void StandbyProbe_Fails_WriterStays()
    {
        var scenario = TopologyScenario.Steady().Fails("west").Fails("west");

        Assert.Equal(TopologyPhase.Steady, scenario.Topology.Phase);
        Assert.Equal(RegionCondition.Unreachable, scenario.Topology["west"].Condition);
    }

    [Fact]
    public void Suspect_ProbeSentLaterSucceeds_IsSteadyAgainInTheSameGeneration()
    {
        var scenario = TopologyScenario.Steady().Fails("east", RegionFailureKind.TimedOut).Writable("east", epoch: 1);

        Assert.Equal(TopologyPhase.Steady, scenario.Topology.Phase);
        Assert.Equal(1, scenario.Topology.Writer!.Generation);
        Assert.False(Assert.Single(scenario.Events.OfType<WriterConfirmed>()).WasLost);
    }

    [Fact]
    public void Suspect_ProbeSentEarlierSucceeds_StaysSuspect()
    {
        var scenario = TopologyScenario.Steady().CallFails("east", generation: 1).Writable("east", epoch: 1, sentAgo: TimeSpan.FromSeconds(1.5));

        Assert.Equal(TopologyPhase.Suspect, scenario.Topology.Phase);
    }

    [Fact]
    public void Lost_SameWriterReturns_IsNoFailover()
    {
        var scenario = TopologyScenario.Steady().Fails("east").Writable("east", epoch: 1);

        Assert.Equal("east", scenario.Topology.Writer!.Region);
        Assert.Equal(1, scenario.Topology.Writer.Generation);
        Assert.True(Assert.Single(scenario.Events.OfType<WriterConfirmed>()).WasLost);
        Assert.Single(scenario.History.OfType<WriterElected>());
    }

    [Fact]
    public void Lost_StandbyPromoted_ClaimsThenIsElectedWithHigherGeneration()
    {
        var scenario = TopologyScenario.Steady().Fails("east").Standby("west", epoch: 1);
        Assert.Null(scenario.Topology.Claimant);

        scenario.Writable("west", epoch: 1, claimedBy: "east", timeline: 2);
        Assert.Equal("west", scenario.Topology.Claimant);
        Assert.Null(scenario.Topology.Writer);
        Assert.Single(scenario.Events.OfType<PromotionSeen>());

        scenario.Writable("west", epoch: 1, claimedBy: "east", timeline: 2);
        Assert.Empty(scenario.Events.OfType<PromotionSeen>());

        scenario.Writable("west", epoch: 2, timeline: 2);
        Assert.Equal("west", scenario.Topology.Writer!.Region);
        Assert.Equal(2, scenario.Topology.Writer.Generation);
        Assert.Equal(new WriterTerm(2, 2), scenario.Topology.HighestTerm);
        Assert.Equal("east", Assert.Single(scenario.Events.OfType<WriterElected>()).Previous);
    }

    [Fact]
    public void Lost_AnotherClientClaimedFirst_IsElectedAtOnce()
    {
        var scenario = TopologyScenario.Steady().Fails("east").Writable("west", epoch: 2, timeline: 2);

        Assert.Equal("west", scenario.Topology.Writer!.Region);
        Assert.Single(scenario.Events.OfType<PromotionSeen>());
    }

    [Fact]
    public void Steady_AnotherRegionPromotedWhileTheWriterAnswers_MovesAndFencesTheOld()
    {
        var scenario = TopologyScenario.Steady()
            .Writable("west", epoch: 1, claimedBy: "east", timeline: 2)
            .Writable("west", epoch: 2, timeline: 2);

        Assert.Equal("west", scenario.Topology.Writer!.Region);
        Assert.Equal(RegionCondition.Fenced, scenario.Topology["east"].Condition);
    }

    [Fact]
    public void FormerWriter_RestartsWritable_IsFenced()
    {
        var scenario = TopologyScenario.Steady().Fails("east").Writable("west", epoch: 2, timeline: 2).Writable("east", epoch: 1);

        Assert.Equal("west", scenario.Topology.Writer!.Region);
        Assert.Equal(RegionCondition.Fenced, scenario.Topology["east"].Condition);
        Assert.Null(scenario.Topology.Claimant);
    }

    [Fact]
    public void FormerWriter_TheNewOneIsLostToo_StaysFenced()
    {
        var scenario = TopologyScenario.Steady().Fails("east").Writable("west", epoch: 2, timeline: 2).Fails("west").Writable("east", epoch: 1);

        Assert.Null(scenario.Topology.Writer);
        Assert.Equal(RegionCondition.Fenced, scenario.Topology["east"].Condition);
    }

    [Fact]
    public void Failback_FormerWriterRebuiltAndPromoted_IsElectedWithANewEpoch()
    {
        var scenario = TopologyScenario.Steady().Fails("east").Writable("west", epoch: 2, timeline: 2)
            .Standby("east", epoch: 2, claimedBy: "west")
            .Fails("west")
            .Writable("east", epoch: 2, claimedBy: "west", timeline: 3)
            .Writable("east", epoch: 3, timeline: 3);

        Assert.Equal("east", scenario.Topology.Writer!.Region);
        Assert.Equal(3, scenario.Topology.Writer.Generation);
        Assert.Equal(new WriterTerm(3, 3), scenario.Topology.HighestTerm);
    }

    [Fact]
    public void Writer_BecomesStandby_IsLost()
    {
        var scenario = TopologyScenario.Steady().Standby("east", epoch: 1);

        Assert.Null(scenario.Topology.Writer);
        Assert.Equal(TopologyPhase.NoWriter, scenario.Topology.Phase);
    }

    [Fact]
    public void Writer_RefusesWrites_IsLost()
    {
        Assert.Null(TopologyScenario.Steady().ReadOnly("east").Topology.Writer);
    }

    [Fact]
    public void Writer_StandbyShowsALaterEpoch_IsFencedAtItsNextReport()
    {
        var scenario = TopologyScenario.Steady().Standby("west", epoch: 2, claimedBy: "north").Writable("east", epoch: 1);

        Assert.Null(scenario.Topology.Writer);
        Assert.Equal(RegionCondition.Fenced, scenario.Topology["east"].Condition);
    }

    [Fact]
    public void Writer_RowDropped_IsClaimedAnewAndStaysWriter()
    {
        var scenario = TopologyScenario.Steady().Writable("east", epoch: null);

        Assert.Equal("east", scenario.Topology.Writer!.Region);
        Assert.Equal("east", scenario.Topology.Claimant);
    }

    [Fact]
    public void Writer_RowNamesARegionWeDoNotKnow_StaysWriterWithoutAClaimWar()
    {
        var scenario = TopologyScenario.Steady().Writable("east", epoch: 2, claimedBy: "frankfurt");

        Assert.Equal("east", scenario.Topology.Writer!.Region);
        Assert.Null(scenario.Topology.Claimant);
    }

    [Fact]
    public void LateReport_OlderThanTheLastObservation_IsIgnored()
    {
        var scenario = TopologyScenario.Steady().Fails("east").Writable("east", epoch: 1, sentAgo: TimeSpan.FromSeconds(2));

        Assert.Null(scenario.Topology.Writer);
        Assert.Empty(scenario.Events);
    }

    [Fact]
    public void LateFailure_OlderThanTheLastObservation_IsIgnored()
    {
        var scenario = TopologyScenario.Steady().Fails("east", sentAgo: TimeSpan.FromSeconds(2));

        Assert.Equal(TopologyPhase.Steady, scenario.Topology.Phase);
    }

    [Theory]
    [InlineData("east", 1, 0, TopologyPhase.Suspect)]
    [InlineData("east", 0, 0, TopologyPhase.Steady)]
    [InlineData("west", 1, 0, TopologyPhase.Steady)]
    [InlineData("east", 1, 2, TopologyPhase.Steady)]
    internal void CallFails_CountsOnlyForTheWriterAndItsGenerationAndWhenNew(string region, long generation, int secondsAgo, TopologyPhase expected)
    {
        var scenario = TopologyScenario.Steady().CallFails(region, generation, ago: TimeSpan.FromSeconds(secondsAgo));

        Assert.Equal(expected, scenario.Topology.Phase);
    }

    [Fact]
    public void CallFails_NeverTakesTheWriterAwayByItself()
    {
        var scenario = TopologyScenario.Steady();
        for (var i = 0; i < 20; i++)
        {
            scenario.CallFails("east", generation: 1);
        }

        Assert.Equal("east", scenario.Topology.Writer!.Region);
        Assert.Single(scenario.History.OfType<WriterSuspected>());
    }

    [Fact]
    public void Hold_AnotherRegionPromoted_IsNotFollowedAndSaidOnce()
    {
        var scenario = TopologyScenario.Held("east", "west").Standby("west", epoch: 1).Writable("east", epoch: 1)
            .Fails("east")
            .Writable("west", epoch: 1, claimedBy: "east", timeline: 2)
            .Writable("west", epoch: 1, claimedBy: "east", timeline: 2);

        Assert.Null(scenario.Topology.Writer);
        Assert.Equal("west", scenario.Topology.HeldRegion);
        Assert.Null(scenario.Topology.Claimant);
        Assert.Single(scenario.History.OfType<SwitchHeld>());
    }

    [Fact]
    public void Hold_TheWriterItselfReturns_IsUsed()
    {
        var scenario = TopologyScenario.Held("east", "west").Standby("west", epoch: 1).Writable("east", epoch: 1).Fails("east").Writable("east", epoch: 1);

        Assert.Equal("east", scenario.Topology.Writer!.Region);
    }

    [Fact]
    public void Claim_Refused_RestsBeforeItIsTriedAgainAndIsSaidOnce()
    {
        var scenario = TopologyScenario.Of("east", "west").Standby("west").Writable("east").ClaimFails("east").ClaimFails("east");

        Assert.Null(scenario.Topology.Claimant);
        Assert.Single(scenario.History.OfType<ClaimRefused>());

        scenario.Writable("east");
        Assert.Equal("east", scenario.Topology.Claimant);

        scenario.Writable("east", epoch: 1);
        Assert.Null(scenario.Topology["east"].ClaimFailure);
    }

    [Fact]
    public void TimePasses_WithoutObservations_WhatWasKnownIsUnknown()
    {
        var scenario = TopologyScenario.Steady().TimePasses(TimeSpan.FromSeconds(4));
        Assert.Equal("east", scenario.Topology.Writer!.Region);

        scenario.TimePasses(TimeSpan.FromSeconds(4));
        Assert.Null(scenario.Topology.Writer);
        Assert.All(scenario.Topology.Regions, region => Assert.Equal(RegionCondition.Unknown, region.Condition));
    }

    [Fact]
    public void Restart_OldWriterNearer_IsFencedByWhatWasSeenBefore()
    {
        var scenario = TopologyScenario.Steady().Fails("east").Writable("west", epoch: 2, timeline: 2)
            .Restart("east", "west").Fails("west").Writable("east", epoch: 1);

        Assert.Null(scenario.Topology.Writer);
        Assert.Equal(RegionCondition.Fenced, scenario.Topology["east"].Condition);
    }

    [Fact]
    public void Unreachable_ComesBackAsItsFormerSelf_HistoryNamesBothTransitions()
    {
        var scenario = TopologyScenario.Steady().Fails("west").Standby("west", epoch: 1);

        Assert.Equal(
            [(RegionCondition.Standby, RegionCondition.Unreachable), (RegionCondition.Unreachable, RegionCondition.Standby)],
            scenario.History.OfType<RegionChanged>().Where(change => change.Region == "west").Skip(1).Select(change => (change.From, change.To)));
    }

    [Fact]
    public void ProbesThatChangeNothing_RaiseNoEvents()
    {
        var scenario = TopologyScenario.Steady();
        for (var i = 0; i < 5; i++)
        {
            Assert.Empty(scenario.Writable("east", epoch: 1).Events);
            Assert.Empty(scenario.Standby("west", epoch: 1).Events);
        }
    }

    [Fact]
    public void LateAnswer_ChangesNothingButTheRoundTrip()
    {
        var scenario = TopologyScenario.Steady().Fails("east", RegionFailureKind.TimedOut);
        var before = scenario.Topology;

        scenario.AnswersLate("east", TimeSpan.FromMilliseconds(600));

        Assert.Empty(scenario.Events);
        Assert.InRange(scenario.Topology["east"].RoundTrip!.Value, TimeSpan.FromMilliseconds(120), TimeSpan.FromMilliseconds(125));
        Assert.Equal(before["east"], scenario.Topology["east"] with { RoundTrip = before["east"].RoundTrip });
        Assert.Equal(before.Phase, scenario.Topology.Phase);
    }

    [Fact]
    public void ServerIsAnotherProcess_IsToldOnce()
    {
        var scenario = TopologyScenario.Steady().Restarted("east");
        Assert.Single(scenario.Events.OfType<ServerRestarted>());
        Assert.Equal("east", scenario.Topology.Writer!.Region);

        Assert.Empty(scenario.Restarted("east").Events.OfType<ServerRestarted>());
    }

    [Fact]
    public void FirstReport_IsNoRestart() =>
        Assert.Empty(TopologyScenario.Of("east", "west").Restarted("east").History.OfType<ServerRestarted>());

    [Theory]
    [InlineData(nameof(RegionFailureKind.TimedOut), true)]
    [InlineData(nameof(RegionFailureKind.Broken), false)]
    [InlineData(nameof(RegionFailureKind.Unreachable), false)]
    [InlineData(nameof(RegionFailureKind.NotServing), false)]
    public void LostWriter_IsSilent_OnlyWhenNothingWasHeardOfIt(string kind, bool silent)
    {
        var failure = Enum.Parse<RegionFailureKind>(kind);
        var scenario = TopologyScenario.Steady().Fails("east", failure).Fails("east", failure);

        Assert.Null(scenario.Topology.Writer);
        Assert.Equal(silent, scenario.Topology["east"].IsSilent);
    }
}

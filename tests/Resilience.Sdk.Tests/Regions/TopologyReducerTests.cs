using Resilience.Regions;

namespace Resilience.Sdk.Tests.Regions;

/// <summary>Rules of the reducer that are not about who writes; those are the cases in the folder Specification.</summary>
public sealed class TopologyReducerTests
{
    [Fact]
    public void LateAnswer_TellsOfTheRoundTripAndThatItIsNotSilent_AndChangesNothingElse()
    {
        var scenario = TopologyScenario.Steady().Fails("east", RegionFailureKind.TimedOut);
        var before = scenario.Topology;

        scenario.AnswersLate("east", TimeSpan.FromMilliseconds(600));

        Assert.Empty(scenario.Events);
        Assert.InRange(scenario.Topology["east"].RoundTrip!.Value, TimeSpan.FromMilliseconds(120), TimeSpan.FromMilliseconds(125));
        Assert.Equal(before["east"], scenario.Topology["east"] with { RoundTrip = before["east"].RoundTrip, HeardAt = null });
        Assert.NotNull(scenario.Topology["east"].HeardAt);
        Assert.Equal(before.Phase, scenario.Topology.Phase);
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

    [Theory]
    [InlineData(nameof(RegionFailureKind.TimedOut), true)]
    [InlineData(nameof(RegionFailureKind.Unresolved), true)]
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

    /// <summary>Without a writer it is what is hoped for: every process that breaks its connections to it keeps it the longer from answering.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void SilentStandby_IsGivenUp_OnlyWhileThereIsAWriter(bool hasWriter)
    {
        var scenario = TopologyScenario.Steady();
        for (var i = 0; i < 12; i++)
        {
            scenario.Fails("west", RegionFailureKind.TimedOut);
            scenario = hasWriter ? scenario.Writable("east", epoch: 1, claimedBy: "east") : scenario.Fails("east");
        }

        scenario.TimePasses(TimeSpan.FromMilliseconds(1));

        Assert.Equal(hasWriter, scenario.History.OfType<RegionSilent>().Any());
        Assert.Equal(hasWriter, scenario.Topology["west"].IsGivenUp);
    }
}

using Resilience.Regions;

namespace Resilience.Sdk.Tests.Regions;

public sealed class ReaderSelectionTests
{
    [Theory]
    [InlineData(0, "west", "east")]
    [InlineData(10, "west", "west,east")]
    [InlineData(10, "east", "east,west")]
    public void Order_PrefersTheLocalRegionAmongTheFresh(int maxStalenessSeconds, string local, string expected)
    {
        var scenario = TopologyScenario.Steady().Writable("east", epoch: 1, lsn: 2000).Standby("west", epoch: 1, lsn: 2000);

        Assert.Equal(expected, Order(scenario.Topology, TimeSpan.FromSeconds(maxStalenessSeconds), local, scenario.Now));
    }

    [Fact]
    public void Order_StandbyLagsBehind_IsLeftOut()
    {
        var scenario = TopologyScenario.Steady().Standby("west", epoch: 1, lsn: 1000);
        for (var i = 1; i <= 5; i++)
        {
            scenario.Writable("east", epoch: 1, lsn: 1000 + (i * 100)).Standby("west", epoch: 1, lsn: 1000);
        }

        Assert.Equal("east", Order(scenario.Topology, TimeSpan.FromSeconds(5), "west", scenario.Now));
        Assert.Equal("west,east", Order(scenario.Topology, TimeSpan.FromMinutes(1), "west", scenario.Now));
    }

    [Fact]
    public void Order_StandbyCatchesUpWithAnIdleWriter_IsFresh()
    {
        var scenario = TopologyScenario.Steady();
        for (var i = 0; i < 40; i++)
        {
            scenario.Writable("east", epoch: 1, lsn: 1000).Standby("west", epoch: 1, lsn: 1000);
        }

        Assert.Equal("west,east", Order(scenario.Topology, TimeSpan.FromSeconds(3), "west", scenario.Now));
    }

    [Fact]
    public void Order_WriterLost_StandbyServesUntilItIsTooOld()
    {
        var scenario = TopologyScenario.Steady().Writable("east", epoch: 1).Standby("west", epoch: 1).Fails("east");

        Assert.Equal("west", Order(scenario.Topology, TimeSpan.FromSeconds(5), "east", scenario.Now));
        Assert.Equal("", Order(scenario.Topology, TimeSpan.FromSeconds(5), "east", scenario.Now + TimeSpan.FromSeconds(10)));
        Assert.Equal("", Order(scenario.Topology, TimeSpan.Zero, "east", scenario.Now));
    }

    [Fact]
    public void Order_StandbyMissedAProbe_IsLeftOut()
    {
        var scenario = TopologyScenario.Steady().Writable("east", epoch: 1).Standby("west", epoch: 1).Fails("west", RegionFailureKind.TimedOut);

        Assert.Equal("east", Order(scenario.Topology, TimeSpan.FromMinutes(1), "west", scenario.Now));
    }

    [Theory]
    [InlineData(1, 1500, "west,east")]
    [InlineData(1, 2000, "west,east")]
    [InlineData(1, 2001, "east")]
    [InlineData(2, 1, "")]
    public void Token_TheNearestThatHasReachedIt_OrTheWriter(long epoch, long position, string expected)
    {
        var scenario = TopologyScenario.Steady().Writable("east", epoch: 1, lsn: 3000).Standby("west", epoch: 1, lsn: 2000);

        Assert.Equal(expected, string.Join(',', ReaderSelection.Order(scenario.Topology, new ReadToken(epoch, position), "west", scenario.Now)));
    }

    [Fact]
    public void Token_OfAnEarlierWriter_IsSatisfiedByTheNewOneAndByWhoFollowsIt()
    {
        var scenario = TopologyScenario.Of("east", "west", "north").Standby("west", epoch: 1).Standby("north", epoch: 1).Writable("east", epoch: 1)
            .Fails("east")
            .Writable("west", epoch: 2, timeline: 2, lsn: 1100);
        var lost = new ReadToken(1, 9000);

        Assert.Equal("west", string.Join(',', ReaderSelection.Order(scenario.Topology, lost, "north", scenario.Now)));
        scenario.Standby("north", epoch: 2, claimedBy: "west", lsn: 1200);
        Assert.Equal("north,west", string.Join(',', ReaderSelection.Order(scenario.Topology, lost, "north", scenario.Now)));
    }

    [Fact]
    public void Token_WriterLost_AStandbyThatHasReachedItServes()
    {
        var scenario = TopologyScenario.Steady().Standby("west", epoch: 1, lsn: 2000).Fails("east");

        Assert.Equal("west", string.Join(',', ReaderSelection.Order(scenario.Topology, new ReadToken(1, 2000), "east", scenario.Now)));
        Assert.Empty(ReaderSelection.Order(scenario.Topology, new ReadToken(1, 2001), "east", scenario.Now));
    }

    private static string Order(RegionTopology topology, TimeSpan maxStaleness, string local, TimeSpan now) =>
        string.Join(',', ReaderSelection.Order(topology, maxStaleness, local, now));
}

using Resilience.Regions;

namespace Resilience.Sdk.Tests.Regions;

/// <summary>Where a server measures its lag itself, readers and the exposure go by that.</summary>
public sealed class AuroraLagTests
{
    [Theory]
    [InlineData(1900, 5, "west,east")]
    [InlineData(1900, 2, "east")]
    [InlineData(60_000, 30, "east")]
    [InlineData(60_000, 120, "west,east")]
    [InlineData(null, 600, "east")]
    public void Order_ReaderWithALag_ServesWhileItIsYoungEnough(int? lagMs, int maxStalenessSeconds, string expected)
    {
        var scenario = Steady().Writable("east", epoch: 1, timeline: null, aurora: Writer()).Standby("west", epoch: 1, aurora: Reader(lagMs));

        Assert.Equal(expected, Order(scenario, TimeSpan.FromSeconds(maxStalenessSeconds)));
    }

    /// <summary>Its own figure may stand still when it is cut off from the writer as we are.</summary>
    [Fact]
    public void Order_WriterLost_TheLagCountsFromTheLastWordOfTheWriter()
    {
        var scenario = Steady().Writable("east", epoch: 1, timeline: null, aurora: Writer()).Fails("east");
        scenario.Advance(TimeSpan.FromSeconds(20));
        scenario.Standby("west", epoch: 1, aurora: Reader(100));

        Assert.Equal("", Order(scenario, TimeSpan.FromSeconds(10)));
        Assert.Equal("west", Order(scenario, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Order_ReaderHasNotGotTheClaimYet_IsLeftOut()
    {
        var scenario = TopologyScenario.Of("east", "west").Standby("west", cluster: 0, aurora: Reader(1)).Writable("east", epoch: 1, timeline: null, aurora: Writer())
            .Standby("west", cluster: 0, aurora: Reader(1));

        Assert.Equal("east", Order(scenario, TimeSpan.FromMinutes(1)));
    }

    [Theory]
    [InlineData(1, "east")]
    [InlineData(0, "west,east")]
    public void Order_TokenOfAServerWithoutPositions_IsServedByTheWriterOrALaterEpoch(long epoch, string expected)
    {
        var scenario = Steady().Writable("east", epoch: 1, timeline: null, aurora: Writer()).Standby("west", epoch: 1, aurora: Reader(1));

        Assert.Equal(expected, string.Join(',', ReaderSelection.Order(scenario.Topology, new ReadToken(epoch, long.MaxValue), "west", scenario.Now)));
    }

    [Theory]
    [InlineData(1090, 900, 1090)]
    [InlineData(0, 900, 0)]
    [InlineData(null, 900, 900)]
    public void Lost_TheWritersLastWordOnTheRegionIsTheExposure(int? rpoMs, int? durabilityMs, int expectedMs)
    {
        var scenario = Steady()
            .Writable("east", epoch: 1, timeline: null, aurora: Writer(new AuroraRegionLag("us-east-1", null, null), Cluster("us-west-2", rpoMs, durabilityMs)))
            .Standby("west", epoch: 1, aurora: Reader(50, Cluster("us-west-2", 7, 7)))
            .Fails("east");

        Assert.Equal(TimeSpan.FromMilliseconds(expectedMs), scenario.Events.OfType<WriterLost>().Single().Exposure);
    }

    [Fact]
    public void Lost_TheWriterSaidNothing_TheReadersOwnWordCounts()
    {
        var scenario = Steady().Writable("east", epoch: 1, timeline: null, aurora: Writer()).Standby("west", epoch: 1, aurora: Reader(50, Cluster("us-west-2", 7, 9))).Fails("east");

        Assert.Equal(TimeSpan.FromMilliseconds(7), scenario.Events.OfType<WriterLost>().Single().Exposure);
    }

    [Fact]
    public void Lost_AReaderOnTheWritersStorage_NothingIsExposed()
    {
        var scenario = Steady().Writable("east", epoch: 1, timeline: null, aurora: Writer())
            .Standby("west", epoch: 1, aurora: new AuroraStatus { SharesStorage = true, Lag = TimeSpan.FromMilliseconds(20) }).Fails("east");

        Assert.Equal(TimeSpan.Zero, scenario.Events.OfType<WriterLost>().Single().Exposure);
    }

    [Fact]
    public void Lost_SeveralReaders_TheFreshestCounts()
    {
        var scenario = TopologyScenario.Of("east", "west", "north")
            .Standby("west", epoch: 1, aurora: Reader(50))
            .Standby("north", epoch: 1, aurora: new AuroraStatus { AwsRegion = "eu-north-1" })
            .Writable("east", epoch: 1, timeline: null, aurora: Writer(Cluster("us-west-2", 400, 400), Cluster("eu-north-1", 90, 90)))
            .Fails("east");

        Assert.Equal(TimeSpan.FromMilliseconds(90), scenario.Events.OfType<WriterLost>().Single().Exposure);
    }

    /// <summary>Before the claim and after it the same number; another one for the next promotion.</summary>
    [Theory]
    [InlineData(3, null, null, 3)]
    [InlineData(null, null, null, 0)]
    [InlineData(null, 4L, "east", 4)]
    [InlineData(null, 5L, "west", 4)]
    [InlineData(null, 6L, "east", 6)]
    public void Promotion_NamesTheTimelineOrTheEpochThatIsLeft(int? timeline, long? epoch, string? by, int expected)
    {
        var report = new ServerReport(false, false, 1, timeline, 0, epoch is { } row ? new EpochRow(row, by!) : null, TimeSpan.Zero);

        Assert.Equal(expected, report.Promotion("west"));
    }

    [Theory]
    [InlineData(2, 0, "epoch 2")]
    [InlineData(2, 3, "epoch 2, timeline 3")]
    public void Term_WithoutATimeline_IsSaidWithoutOne(long epoch, int timeline, string expected) => Assert.Equal(expected, new WriterTerm(epoch, timeline).ToString());

    private static TopologyScenario Steady() => TopologyScenario.Of("east", "west").Standby("west", epoch: 1, aurora: Reader(1)).Writable("east", epoch: 1, timeline: null, aurora: Writer());

    private static AuroraStatus Writer(params AuroraRegionLag[] clusters) => new() { SharesStorage = true, AwsRegion = "us-east-1", Clusters = [.. clusters] };

    private static AuroraStatus Reader(int? lagMs, params AuroraRegionLag[] clusters) =>
        new() { AwsRegion = "us-west-2", Lag = lagMs is { } lag ? TimeSpan.FromMilliseconds(lag) : null, Clusters = [.. clusters] };

    private static AuroraRegionLag Cluster(string region, int? rpoMs, int? durabilityMs) => new(region, Span(rpoMs), Span(durabilityMs));

    private static TimeSpan? Span(int? milliseconds) => milliseconds is { } value ? TimeSpan.FromMilliseconds(value) : null;

    private static string Order(TopologyScenario scenario, TimeSpan maxStaleness) =>
        string.Join(',', ReaderSelection.Order(scenario.Topology, maxStaleness, "west", scenario.Now));
}

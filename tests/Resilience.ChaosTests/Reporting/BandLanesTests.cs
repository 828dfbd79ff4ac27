using GameDay.Reporting.Page.Charts;

namespace Resilience.ChaosTests.Reporting;

public sealed class BandLanesTests
{
    private static readonly TimeAxis Axis = new(0, 100);

    [Fact]
    public void Place_OneAfterTheOther_SharesALane() =>
        Assert.Equal([0, 0], BandLanes.Place([new(0, 30, "a"), new(40, 60, "b")], Axis).Select(p => p.Lane));

    [Fact]
    public void Place_AtTheSameTime_TakesALaneEach() =>
        Assert.Equal([0, 1, 2], BandLanes.Place([new(0, 30, "a"), new(10, 60, "b"), new(20, null, "c")], Axis).Select(p => p.Lane));

    [Fact]
    public void Place_ALabelThatIsLongerThanItsBar_NeedsItsRoomToo()
    {
        var placed = BandLanes.Place([new(0, 1, "a label of some length"), new(3, 4, "b"), new(99, 100, "at the end of the drawing")], Axis);

        Assert.Equal([BandLanes.Side.Right, BandLanes.Side.Right, BandLanes.Side.Left], placed.Select(p => p.Side));
        Assert.Equal([0, 1, 0], placed.Select(p => p.Lane));
    }

    [Fact]
    public void Place_MoreThanThereIsRoomFor_IsBounded() =>
        Assert.Equal(BandLanes.MostLanes, BandLanes.Place(Enumerable.Range(0, 500).Select(_ => new BandLanes.Band(0, null, "x")), Axis).Count);
}

using GameDay.Reporting.Page.Charts;

namespace Resilience.ChaosTests.Reporting;

public sealed class MarkerLabelsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Place_MomentsAnywhere_NeverPutsALabelOnAnother(int seed)
    {
        var random = new Random(seed);
        var moments = Enumerable.Range(0, 30)
            .Select(i => (X: TimeAxis.Left + (random.NextDouble() * (TimeAxis.Right - TimeAxis.Left)), Text: new string('x', random.Next(1, 70))))
            .OrderBy(m => m.X).ToList();

        var placed = MarkerLabels.Place(moments).Where(p => p.Lane is not null).ToList();

        Assert.NotEmpty(placed);
        Assert.All(placed, p => Assert.InRange(p.Lane!.Value, 0, MarkerLabels.MostLanes - 1));
        Assert.All(placed, p => Assert.True(p.From >= 0 && p.To <= TimeAxis.Width, "It leaves the drawing."));
        foreach (var (one, i) in placed.Select((p, i) => (p, i)))
        {
            Assert.DoesNotContain(placed.Skip(i + 1), other => other.Lane == one.Lane && other.From < one.To && other.To > one.From);
        }
    }

    [Fact]
    public void Place_ABunch_IsAStaircaseWhoseLinesCrossNoLabel()
    {
        var placed = MarkerLabels.Place([(300, "first"), (302, "second"), (304, "third")]);

        Assert.Equal([2, 1, 0], placed.Select(p => p.Lane));
    }

    [Fact]
    public void Place_MoreThanThereIsRoomFor_LeavesTheRestWithoutALabel()
    {
        var placed = MarkerLabels.Place([.. Enumerable.Range(0, 200).Select(i => (500d, $"{i}"))]);

        Assert.Equal(MarkerLabels.MostLanes, placed.Count(p => p.Lane is not null));
    }
}

using Resilience.Fleet;
using Resilience.Regions;

namespace Resilience.Sdk.Tests.Fleet;

/// <summary>The highest term that any replica has seen, and what the others make of it.</summary>
public sealed class FleetTermTests : IDisposable
{
    private readonly FakeFleet _fleet = new();

    public void Dispose() => _fleet.Dispose();

    [Fact]
    public async Task Term_TheHighestOfAll_IsHeardByThoseWhoKnowALowerOne()
    {
        var (first, second) = (_fleet.Replica("a"), _fleet.Replica("b"));
        first.Writes("west", epoch: 2, timeline: 3);
        second.Writes("east", epoch: 1, timeline: 1);

        await _fleet.EstablishAsync(first);
        await second.RoundAsync();
        await first.RoundAsync();
        Assert.Equal([new RememberedTerm(7001, new WriterTerm(2, 3), "field payments-db")], second.Heard);
        Assert.Empty(first.Heard);
        Assert.Equal(new SharedTerm(7001, 2, 3), DatabaseRecord.Read(_fleet.Store.Records["payments-db"])!.Term);
    }

    /// <summary>A database made anew has another cluster; what was seen of the old one counts only where there is no writer.</summary>
    [Fact]
    public async Task Term_OfAnotherCluster_GivesWayToTheOneThatHasAWriter_AndFencesNobody()
    {
        var (old, fresh) = (_fleet.Replica("a"), _fleet.Replica("b"));
        old.Writes("west", epoch: 9, timeline: 9, cluster: 4);
        await _fleet.EstablishAsync(old);
        fresh.Writes("east", epoch: 1, timeline: 1, cluster: 7001);

        await fresh.RoundAsync();
        Assert.Equal(new SharedTerm(7001, 1, 1), DatabaseRecord.Read(_fleet.Store.Records["payments-db"])!.Term);
        Assert.Equal(new WriterTerm(1, 1), fresh.Topology.KnownTerm(7001));
    }
}

using Resilience.Fleet;

namespace Resilience.Sdk.Tests.Fleet;

/// <summary>The store loses what was in it: nothing is released by that, and nothing that was released comes back.</summary>
public sealed class FleetLossTests : IDisposable
{
    private readonly FakeFleet _fleet = new();

    public void Dispose() => _fleet.Dispose();

    [Fact]
    public async Task StoreLosesItsData_WhoeverKnowsTheHoldWritesItAgain()
    {
        var (first, second) = (_fleet.Replica("a"), _fleet.Replica("b"));
        await first.DecideAsync("alice");
        await second.RoundAsync();
        _fleet.Store.Records.Clear();

        await second.RoundAsync();
        var late = _fleet.Replica("c");
        await late.RoundAsync();
        Assert.Equal(("alice", "alice", "alice"), (first.Hold.Principal, second.Hold.Principal, late.Hold.Principal));
    }

    /// <summary>Nobody releases what they do not know.</summary>
    [Fact]
    public async Task StoreLosesItsData_WhoeverKnowsNoHoldReleasesNothing()
    {
        var (first, second) = (_fleet.Replica("a"), _fleet.Replica("b"));
        await first.DecideAsync("alice");
        _fleet.Store.Records.Clear();

        await second.DecideAsync(null);
        await first.RoundAsync();
        await second.RoundAsync();
        Assert.Equal(("alice", "alice"), (first.Hold.Principal, second.Hold.Principal));
    }

    /// <summary>Nobody can tell a store that is new from one that has just lost everything.</summary>
    [Fact]
    public async Task Starts_TheStoreIsEmpty_WhoeverKnowsTheHoldHasThreeSecondsToWriteItAgain()
    {
        var first = _fleet.Replica("a");
        await first.DecideAsync("alice");
        _fleet.Store.Records.Clear();
        var late = _fleet.Replica("b");
        await late.RoundAsync();
        Assert.True(late.Hold.State.IsUnasked);

        await first.RoundAsync();
        await late.RoundAsync();
        Assert.Equal(("alice", false), (late.Hold.Principal, late.Hold.State.IsUnasked));
    }

    [Fact]
    public async Task Starts_TheStoreIsEmptyAndStaysSo_GoesOnAfterThreeSeconds()
    {
        var first = _fleet.Replica("a");
        await first.RoundAsync();
        _fleet.Time.Advance(FleetExchange.EmptyPatience - TimeSpan.FromMilliseconds(1));
        await first.RoundAsync();
        Assert.True(first.Hold.State.IsUnasked);

        _fleet.Time.Advance(TimeSpan.FromMilliseconds(1));
        await first.RoundAsync();
        Assert.False(first.Hold.State.IsUnasked);
    }

    /// <summary>Also where they have seen it empty before, as all have on the first deployment.</summary>
    [Fact]
    public async Task Lost_WhoeverKnowsNoHold_WaitsThreeSecondsEachTime_BeforeSayingSo()
    {
        var (first, second) = (_fleet.Replica("a"), _fleet.Replica("b"));
        await _fleet.EstablishAsync(second);
        _fleet.Time.Advance(TimeSpan.FromHours(1));
        await second.RoundAsync();

        var late = await ComesBackEmptyAsync(first, second);

        await first.RoundAsync();
        await late.RoundAsync();
        Assert.Equal("alice", late.Hold.Principal);
    }

    [Fact]
    public async Task Lost_WhoeverKnowsARelease_WaitsAsWell()
    {
        var (first, second) = (_fleet.Replica("a"), _fleet.Replica("b"));
        await second.DecideAsync("bob");
        await second.DecideAsync(null);
        await first.RoundAsync();

        var late = await ComesBackEmptyAsync(first, second);
        _fleet.Time.Advance(FleetExchange.EmptyPatience);
        await second.RoundAsync();
        await late.RoundAsync();
        Assert.False(late.Hold.State.IsUnasked);

        await first.RoundAsync();
        await late.RoundAsync();
        Assert.Equal("alice", late.Hold.Principal);
    }

    /// <summary>What was decided before the loss and what was decided after it cannot be put in an order; so the hold counts.</summary>
    [Fact]
    public async Task Lost_OthersHoldAndReleaseMeanwhile_WhoeverKnewTheFirstHoldKeepsIt()
    {
        var (first, second) = (_fleet.Replica("a"), _fleet.Replica("b"));
        await _fleet.EstablishAsync(first);
        await first.DecideAsync("alice");
        _fleet.Store.Records.Clear();
        await _fleet.EstablishAsync(second);
        await second.DecideAsync("bob");
        await second.DecideAsync(null);

        await first.RoundAsync();
        await second.RoundAsync();
        Assert.Equal(("alice", "alice"), (first.Hold.Principal, second.Hold.Principal));
    }

    /// <summary>A release is written wherever no other hold stands, so that none who knew the hold brings it back.</summary>
    [Fact]
    public async Task Lost_OthersSayThatNobodyHolds_AReleaseThatIsAnsweredStaysOne()
    {
        var (first, second, third) = (_fleet.Replica("a"), _fleet.Replica("b"), _fleet.Replica("c"));
        await first.DecideAsync("alice");
        await second.RoundAsync();
        _fleet.Store.Records.Clear();
        await _fleet.EstablishAsync(third);

        Assert.True(await first.DecideAsync(null));
        await second.RoundAsync();
        await first.RoundAsync();
        await third.RoundAsync();
        Assert.Equal((null, null, null), (first.Hold.Principal, second.Hold.Principal, third.Hold.Principal));
    }

    /// <summary>Nobody can tell whether it is the same hold again that took the place of another; so it is one until it is released again.</summary>
    [Fact]
    public async Task Lost_AfterARelease_WhoeverHasNotHeardOfIt_BringsTheHoldBack_AndItCanBeReleasedAgain()
    {
        var (first, second) = (_fleet.Replica("a"), _fleet.Replica("b"));
        await first.DecideAsync("alice");
        await second.RoundAsync();
        await first.DecideAsync(null);
        _fleet.Store.Records.Clear();

        await second.RoundAsync();
        await first.RoundAsync();
        Assert.Equal(("alice", "alice"), (first.Hold.Principal, second.Hold.Principal));

        await first.DecideAsync(null);
        await second.RoundAsync();
        Assert.Equal((null, null), (first.Hold.Principal, second.Hold.Principal));
    }

    /// <summary>While it was away the first held; now it is empty, and the second is there before the first.</summary>
    /// <returns>A replica that starts then, and must not take it for granted that nobody holds.</returns>
    private async Task<FakeReplica> ComesBackEmptyAsync(FakeReplica first, FakeReplica second)
    {
        _fleet.Store.IsAway = true;
        await first.DecideAsync("alice");
        _fleet.Store.IsAway = false;
        _fleet.Store.Records.Clear();
        await second.RoundAsync();
        var late = _fleet.Replica("c");
        await late.RoundAsync();
        Assert.True(late.Hold.State.IsUnasked);
        return late;
    }
}

using Resilience.Fleet;
using Resilience.Postgres;

namespace Resilience.Sdk.Tests.Fleet;

/// <summary>A replica that starts chooses no writer before it has heard the others, or has waited long enough.</summary>
public sealed class FleetStartTests : IDisposable
{
    private readonly FakeFleet _fleet = new();

    public void Dispose() => _fleet.Dispose();

    [Fact]
    public async Task Starts_TheOthersHaveToBeHeard()
    {
        var second = _fleet.Replica("b");
        second.Writes("east", epoch: 1, timeline: 1);
        await _fleet.EstablishAsync(second);
        var first = _fleet.Replica("a");
        Assert.True(first.Hold.State.IsUnasked);

        await first.RoundAsync();
        Assert.False(first.Hold.State.IsUnasked);
    }

    [Fact]
    public async Task Starts_TheStoreIsAway_AfterTwoSecondsItGoesOnAlone()
    {
        _fleet.Store.IsAway = true;
        var first = _fleet.Replica("a");
        _fleet.Time.Advance(FleetMember.FirstPatience - TimeSpan.FromMilliseconds(1));
        await first.RoundAsync();
        Assert.True(first.Hold.State.IsUnasked);

        _fleet.Time.Advance(TimeSpan.FromMilliseconds(1));
        await first.RoundAsync();
        Assert.False(first.Hold.State.IsUnasked);
    }

    [Fact]
    public async Task NobodyHearsTheOthers_AfterFiveSecondsItGoesOnWithoutThem()
    {
        var first = _fleet.Replica("a");
        _fleet.Time.Advance(SwitchHold.LongestUnasked - TimeSpan.FromMilliseconds(1));
        Assert.True(first.Hold.State.IsUnasked);
        _fleet.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(first.Hold.State.IsUnasked);
        await first.Member.DisposeAsync();
    }

    [Fact]
    public async Task Started_RoundsFollowEachOther_AndTheStopEndsThemAndTakesItsNoteAway()
    {
        var (first, second) = (_fleet.Replica("a"), _fleet.Replica("b"));
        first.Member.Start();
        await first.Hold.SettleAsync(first.Hold.Decide("alice"), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
        await second.RoundAsync();
        Assert.Equal("alice", second.Hold.Principal);

        await first.Member.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.DoesNotContain("a", _fleet.Store.Notes.Keys);
        Assert.False(await first.Member.ShareAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10)));
    }
}

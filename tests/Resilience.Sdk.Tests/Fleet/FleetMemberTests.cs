using System.Text;
using Resilience.Fleet;
using Resilience.Postgres;
using Resilience.Regions;

namespace Resilience.Sdk.Tests.Fleet;

/// <summary>What replicas tell each other of a hold, and what each believes, round by round.</summary>
public sealed class FleetMemberTests : IDisposable
{
    private readonly FakeFleet _fleet = new();

    public void Dispose() => _fleet.Dispose();

    [Fact]
    public async Task Hold_CountsInAllReplicas_AndSoDoesItsReleaseByAnother()
    {
        var (first, second) = (_fleet.Replica("a"), _fleet.Replica("b"));

        Assert.True(await first.DecideAsync("alice"));
        await second.RoundAsync();
        Assert.Equal(("alice", "alice"), (first.Hold.Principal, second.Hold.Principal));

        Assert.True(await second.DecideAsync(null));
        await first.RoundAsync();
        Assert.Equal((null, null), (first.Hold.Principal, second.Hold.Principal));
    }

    [Fact]
    public async Task StoreIsAway_TheLastKnownDecisionCounts_AndANewOneIsToldLater()
    {
        var (first, second) = (_fleet.Replica("a"), _fleet.Replica("b"));
        await first.DecideAsync("alice");
        await second.RoundAsync();
        _fleet.Store.IsAway = true;
        await first.RoundAsync();
        Assert.Equal("alice", first.Hold.Principal);

        Assert.False(await first.DecideAsync(null));
        await second.RoundAsync();
        Assert.Equal((null, "alice"), (first.Hold.Principal, second.Hold.Principal));

        _fleet.Store.IsAway = false;
        await first.RoundAsync();
        await second.RoundAsync();
        Assert.Equal((null, null), (first.Hold.Principal, second.Hold.Principal));
    }

    /// <summary>What was released alone is held again when somebody else has decided since; never the other way round.</summary>
    [Fact]
    public async Task ReleasedAlone_SomebodyHeldMeanwhile_ItIsHeldAgain()
    {
        var (first, second) = (_fleet.Replica("a"), _fleet.Replica("b"));
        await first.DecideAsync("alice");
        await second.RoundAsync();
        _fleet.Store.IsAway = true;
        await first.DecideAsync(null);
        _fleet.Store.IsAway = false;
        await second.DecideAsync("bob");

        await first.RoundAsync();
        Assert.Equal(("bob", "bob"), (first.Hold.Principal, second.Hold.Principal));
    }

    [Fact]
    public async Task Release_OfWhatSomebodyElseHasDecidedSince_IsRefused_AndSaysWhoAndWhen()
    {
        var (first, second) = (_fleet.Replica("a"), _fleet.Replica("b"));
        await first.DecideAsync("alice");
        await second.RoundAsync();
        await first.DecideAsync("carol");

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => second.DecideAsync(null));
        Assert.Equal("'carol' has decided at 2025-01-01 00:00:00Z that all switches of 'payments-db' are held, and the release is not of that. Look again, and release that.", refused.Message);
        Assert.Equal("carol", second.Hold.Principal);
        Assert.True(await second.DecideAsync(null));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restarted_TheHoldIsThere_AlsoWhileTheStoreIsAway_AndWasWhenItWasMade(bool wasAway)
    {
        var first = _fleet.Replica("a", _fleet.Folder);
        _fleet.Store.IsAway = wasAway;
        Assert.Equal(!wasAway, await first.DecideAsync("alice"));
        await first.Hold.DisposeAsync();
        _fleet.Store.IsAway = true;

        var again = _fleet.Replica("a", _fleet.Folder);
        Assert.Equal("alice", again.Hold.Principal);
        again.Hold.GoOnAlone();
        Assert.Equal("alice", again.Hold.Principal);

        _fleet.Store.IsAway = false;
        await again.RoundAsync();
        var other = _fleet.Replica("b");
        await other.RoundAsync();
        Assert.Equal("alice", other.Hold.Principal);
        await again.Hold.DisposeAsync();
    }

    /// <summary>The host has not started yet, so nobody can be told; it must not be taken for the only process.</summary>
    [Fact]
    public async Task DecidedBeforeTheOthersCanBeTold_IsToldByTheFirstRound()
    {
        var first = _fleet.Replica("a");
        await first.DecideAsync("alice");
        await first.DecideAsync(null);
        var early = new FakeReplica("b", _fleet.Store, _fleet.Time, isMember: false);

        Assert.False(await early.Hold.SettleAsync(early.Hold.Decide("bob"), CancellationToken.None));
        await early.RoundAsync();
        await first.RoundAsync();
        Assert.Equal(("bob", "bob"), (early.Hold.Principal, first.Hold.Principal));
    }

    /// <summary>What was read counts, whatever becomes of what has to be written.</summary>
    [Fact]
    public async Task StoreRefusesWrites_WhatIsInItIsHeardAndFollowed()
    {
        var (first, second) = (_fleet.Replica("a"), _fleet.Replica("b"));
        first.Writes("west", epoch: 2, timeline: 3);
        await first.DecideAsync("alice");
        await _fleet.EstablishAsync(first);
        _fleet.Store.RefusesWrites = true;
        second.Writes("elsewhere", epoch: 9, timeline: 9, cluster: 5);
        second.Topology = second.Topology with { SystemIdentifier = 7001, HighestTerm = new WriterTerm(1, 1) };

        await second.RoundAsync();
        Assert.Equal(("alice", false), (second.Hold.Principal, second.Hold.State.IsUnasked));
        Assert.Equal(new WriterTerm(2, 3), second.Topology.KnownTerm(7001));
    }

    /// <summary>Who releases means the hold that they saw, not one that is heard of while they decide.</summary>
    [Fact]
    public async Task Released_WhileAnotherHoldIsJustBeingHeardOf_TheOtherStands()
    {
        var (first, second) = (_fleet.Replica("a"), _fleet.Replica("b"));
        await first.DecideAsync("alice");
        await second.RoundAsync();
        await first.DecideAsync("carol");
        var stored = DatabaseRecord.Read(_fleet.Store.Records["payments-db"])!.Hold;
        var (merged, told) = second.Hold.Merge(stored, mayBeLost: false);
        second.Hold.Decide(null);
        second.Hold.Adopt(merged!, told);

        await second.RoundAsync();
        await first.RoundAsync();
        Assert.Equal(("carol", "carol"), (first.Hold.Principal, second.Hold.Principal));
    }

    [Fact]
    public async Task HeldAgainByTheSamePerson_AnOlderReleaseDoesNotEndIt()
    {
        var (first, second) = (_fleet.Replica("a"), _fleet.Replica("b"));
        await first.DecideAsync("alice");
        await second.RoundAsync();
        _fleet.Store.IsAway = true;
        await second.DecideAsync(null);
        _fleet.Store.IsAway = false;
        _fleet.Time.Advance(TimeSpan.FromSeconds(1));
        await first.DecideAsync("alice");

        await second.RoundAsync();
        await first.RoundAsync();
        Assert.Equal(("alice", "alice"), (first.Hold.Principal, second.Hold.Principal));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"hold\":{\"version\":9,\"principal\":\"\"}}")]
    [InlineData("{\"hold\":{\"version\":-1}}")]
    [InlineData("{\"hold\":{\"version\":9223372036854775807}}")]
    [InlineData("{\"hold\":{\"version\":3,\"principal\":\"a\\nb\"}}")]
    [InlineData("{\"term\":{\"cluster\":1,\"epoch\":-4}}")]
    [InlineData("{\"term\":\"many\"}")]
    public async Task RecordCannotBeRead_NothingIsReleased_AndItIsWrittenAnew(string record)
    {
        var first = _fleet.Replica("a");
        await first.DecideAsync("alice");
        _fleet.Store.Records["payments-db"] = Encoding.UTF8.GetBytes(record);

        await first.RoundAsync();
        Assert.Equal("alice", first.Hold.Principal);
        Assert.Equal("alice", DatabaseRecord.Read(_fleet.Store.Records["payments-db"])!.Hold!.Principal);
    }

    [Fact]
    public async Task RecordChangesWhileItIsWritten_ItIsReadAgain()
    {
        var (first, second) = (_fleet.Replica("a"), _fleet.Replica("b"));
        await first.RoundAsync();
        _fleet.Store.BeforeReplace = () =>
        {
            _fleet.Store.BeforeReplace = null;
            return second.DecideAsync("bob");
        };

        Assert.True(await first.DecideAsync("alice"));
        Assert.Equal("alice", first.Hold.Principal);
        await second.RoundAsync();
        Assert.Equal("alice", second.Hold.Principal);
    }

    [Fact]
    public async Task RecordChangesAgainAndAgain_TheRoundEnds_AndTheDecisionCountsHere()
    {
        var first = _fleet.Replica("a");
        var changes = 0;
        _fleet.Store.BeforeReplace = () =>
        {
            _fleet.Store.Records["payments-db"] = Encoding.UTF8.GetBytes($"{{\"hold\":{{\"era\":1,\"version\":{++changes},\"principal\":\"x{changes}\"}} }}");
            return Task.CompletedTask;
        };

        Assert.False(await first.DecideAsync("alice"));
        Assert.Equal("alice", first.Hold.Principal);
        Assert.Equal(0, changes % 5);
    }

    [Fact]
    public async Task StoreHangs_TheRoundEndsAfterASecond_AndDecisionsGoOnAfterTwo()
    {
        _fleet.Store.Hangs = true;
        var first = _fleet.Replica("a");
        var round = first.RoundAsync();
        await _fleet.Time.WhenTimersReach(1).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.False(round.IsCompleted);
        _fleet.Time.Advance(TimeSpan.FromSeconds(1));
        await round.WaitAsync(TimeSpan.FromSeconds(10));

        var settling = first.Hold.SettleAsync(first.Hold.Decide("alice"), CancellationToken.None);
        Assert.Equal("alice", first.Hold.Principal);
        _fleet.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(await settling.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    /// <summary>The balancer sends the release of what one page shows to a replica that has not heard of it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReleaseOfAHoldThatAnotherReplicaShowed_EndsIt_AlsoWhereItIsNotKnownYet(bool isCutOff)
    {
        var (first, second) = (_fleet.Replica("a"), _fleet.Replica("b"));
        await _fleet.EstablishAsync(second);
        await first.DecideAsync("alice");
        _fleet.Store.IsAway = isCutOff;
        Assert.Equal(!isCutOff, await second.DecideAsync(null, ("alice", first.Hold.State.HeldSince!.Value)));

        _fleet.Store.IsAway = false;
        await second.RoundAsync();
        await first.RoundAsync();
        Assert.Equal((null, null), (first.Hold.Principal, second.Hold.Principal));
    }

    [Fact]
    public async Task ReleaseOfAHoldThatWasShown_SomebodyElseHoldsByNow_IsRefused()
    {
        var (first, second) = (_fleet.Replica("a"), _fleet.Replica("b"));
        await first.DecideAsync("alice");
        var seen = ("alice", first.Hold.State.HeldSince!.Value);
        await second.RoundAsync();
        await second.DecideAsync("bob");

        await Assert.ThrowsAsync<InvalidOperationException>(() => first.DecideAsync(null, seen));
        await first.RoundAsync();
        await second.RoundAsync();
        Assert.Equal(("bob", "bob"), (first.Hold.Principal, second.Hold.Principal));
    }

    [Fact]
    public async Task ReleaseOfAHoldThatWasShown_AnotherIsHeldHereAndNotToldYet_IsRefused_AndThatOneStays()
    {
        var (first, second) = (_fleet.Replica("a"), _fleet.Replica("b"));
        await first.DecideAsync("alice");
        var seen = ("alice", first.Hold.State.HeldSince!.Value);
        _fleet.Store.IsAway = true;
        Assert.False(await second.DecideAsync("bob"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => second.DecideAsync(null, seen));
        _fleet.Store.IsAway = false;
        await second.RoundAsync();
        await first.RoundAsync();
        Assert.Equal(("bob", "bob"), (first.Hold.Principal, second.Hold.Principal));
    }

    /// <summary>It reached the others, though nobody could say so: its release has to reach them as well, and it does not come back.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HoldWasWritten_TheAnswerWasLost_ItsReleaseCounts_WhereverItIsMade(bool isReleasedByAnother)
    {
        var (first, second) = (_fleet.Replica("a"), _fleet.Replica("b"));
        _fleet.Store.LosesAnswers = true;
        Assert.False(await first.DecideAsync("alice"));
        (_fleet.Store.LosesAnswers, _fleet.Store.IsAway) = (false, false);
        if (isReleasedByAnother)
        {
            await second.RoundAsync();
            Assert.True(await second.DecideAsync(null));
        }
        else
        {
            _fleet.Store.IsAway = true;
            Assert.False(await first.DecideAsync(null));
            _fleet.Store.IsAway = false;
        }

        await first.RoundAsync();
        await second.RoundAsync();
        Assert.Equal((null, null), (first.Hold.Principal, second.Hold.Principal));
    }

    [Fact]
    public async Task ReleasedTwiceWhileTheStoreIsAway_TheSecondDoesNotBringItBack()
    {
        var first = _fleet.Replica("a");
        await first.DecideAsync("alice");
        _fleet.Store.IsAway = true;
        Assert.False(await first.DecideAsync(null));
        using var gone = new CancellationTokenSource();
        var again = first.Hold.SettleAsync(first.Hold.Decide(null), gone.Token);
        Assert.Null(first.Hold.Principal);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => again);
        Assert.Null(first.Hold.Principal);

        _fleet.Store.IsAway = false;
        await first.RoundAsync();
        Assert.Null(first.Hold.Principal);
        Assert.Null(DatabaseRecord.Read(_fleet.Store.Records["payments-db"])!.Hold!.Principal);
    }
}

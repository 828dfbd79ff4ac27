using System.Text;
using Resilience.Fleet;
using Resilience.Postgres;
using Resilience.Regions;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Fleet;

/// <summary>What replicas tell each other, and what each believes, round by round.</summary>
public sealed class FleetMemberTests : IDisposable
{
    private readonly FakeStore _store = new();
    private readonly ManualTimeProvider _time = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("fleet-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Hold_CountsInAllReplicas_AndSoDoesItsReleaseByAnother()
    {
        var (first, second) = (Replica("a"), Replica("b"));

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
        var (first, second) = (Replica("a"), Replica("b"));
        await first.DecideAsync("alice");
        await second.RoundAsync();
        _store.IsAway = true;
        await first.RoundAsync();
        Assert.Equal("alice", first.Hold.Principal);

        Assert.False(await first.DecideAsync(null));
        await second.RoundAsync();
        Assert.Equal((null, "alice"), (first.Hold.Principal, second.Hold.Principal));

        _store.IsAway = false;
        await first.RoundAsync();
        await second.RoundAsync();
        Assert.Equal((null, null), (first.Hold.Principal, second.Hold.Principal));
    }

    /// <summary>What was released alone is held again when somebody else has decided since; never the other way round.</summary>
    [Fact]
    public async Task ReleasedAlone_SomebodyHeldMeanwhile_ItIsHeldAgain()
    {
        var (first, second) = (Replica("a"), Replica("b"));
        await first.DecideAsync("alice");
        await second.RoundAsync();
        _store.IsAway = true;
        await first.DecideAsync(null);
        _store.IsAway = false;
        await second.DecideAsync("bob");

        await first.RoundAsync();
        Assert.Equal(("bob", "bob"), (first.Hold.Principal, second.Hold.Principal));
    }

    [Fact]
    public async Task Release_OfWhatSomebodyElseHasDecidedSince_IsRefused_AndSaysWhoAndWhen()
    {
        var (first, second) = (Replica("a"), Replica("b"));
        await first.DecideAsync("alice");
        await second.RoundAsync();
        await first.DecideAsync("carol");

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => second.DecideAsync(null));
        Assert.Equal("'carol' has decided at 2025-01-01 00:00:00Z that all switches of 'payments-db' are held, which was not known here yet. Look again, and release that.", refused.Message);
        Assert.Equal("carol", second.Hold.Principal);
        Assert.True(await second.DecideAsync(null));
    }

    [Fact]
    public async Task StoreLosesItsData_WhoeverKnowsTheHoldWritesItAgain()
    {
        var (first, second) = (Replica("a"), Replica("b"));
        await first.DecideAsync("alice");
        await second.RoundAsync();
        _store.Records.Clear();

        await second.RoundAsync();
        var late = Replica("c");
        await late.RoundAsync();
        Assert.Equal(("alice", "alice", "alice"), (first.Hold.Principal, second.Hold.Principal, late.Hold.Principal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restarted_TheHoldIsThere_AlsoWhileTheStoreIsAway_AndWasWhenItWasMade(bool wasAway)
    {
        var first = Replica("a", _folder);
        _store.IsAway = wasAway;
        Assert.Equal(!wasAway, await first.DecideAsync("alice"));
        await first.Hold.DisposeAsync();
        _store.IsAway = true;

        var again = Replica("a", _folder);
        Assert.Equal("alice", again.Hold.Principal);
        again.Hold.GoOnAlone();
        Assert.Equal("alice", again.Hold.Principal);

        _store.IsAway = false;
        await again.RoundAsync();
        var other = Replica("b");
        await other.RoundAsync();
        Assert.Equal("alice", other.Hold.Principal);
    }

    /// <summary>The host has not started yet, so nobody can be told; it must not be taken for the only process.</summary>
    [Fact]
    public async Task DecidedBeforeTheOthersCanBeTold_IsToldByTheFirstRound()
    {
        var first = Replica("a");
        await first.DecideAsync("alice");
        await first.DecideAsync(null);
        var early = new FakeReplica("b", _store, _time, isMember: false);

        Assert.False(await early.Hold.SettleAsync(early.Hold.Decide("bob"), CancellationToken.None));
        await early.RoundAsync();
        await first.RoundAsync();
        Assert.Equal(("bob", "bob"), (early.Hold.Principal, first.Hold.Principal));
    }

    /// <summary>What was read counts, whatever becomes of what has to be written.</summary>
    [Fact]
    public async Task StoreRefusesWrites_WhatIsInItIsHeardAndFollowed()
    {
        var (first, second) = (Replica("a"), Replica("b"));
        first.Writes("west", epoch: 2, timeline: 3);
        await first.DecideAsync("alice");
        await EstablishAsync(first);
        _store.RefusesWrites = true;
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
        var (first, second) = (Replica("a"), Replica("b"));
        await first.DecideAsync("alice");
        await second.RoundAsync();
        await first.DecideAsync("carol");
        var stored = DatabaseRecord.Read(_store.Records["payments-db"])!.Hold;
        var (merged, told) = second.Hold.Merge(stored);
        second.Hold.Decide(null);
        second.Hold.Adopt(merged, told);

        await second.RoundAsync();
        await first.RoundAsync();
        Assert.Equal(("carol", "carol"), (first.Hold.Principal, second.Hold.Principal));
    }

    /// <summary>Nobody releases what they do not know.</summary>
    [Fact]
    public async Task StoreLosesItsData_WhoeverKnowsNoHoldReleasesNothing()
    {
        var (first, second) = (Replica("a"), Replica("b"));
        await first.DecideAsync("alice");
        _store.Records.Clear();

        await second.DecideAsync(null);
        await first.RoundAsync();
        await second.RoundAsync();
        Assert.Equal(("alice", "alice"), (first.Hold.Principal, second.Hold.Principal));
    }

    [Fact]
    public async Task HeldAgainByTheSamePerson_AnOlderReleaseDoesNotEndIt()
    {
        var (first, second) = (Replica("a"), Replica("b"));
        await first.DecideAsync("alice");
        await second.RoundAsync();
        _store.IsAway = true;
        await second.DecideAsync(null);
        _store.IsAway = false;
        _time.Advance(TimeSpan.FromSeconds(1));
        await first.DecideAsync("alice");

        await second.RoundAsync();
        await first.RoundAsync();
        Assert.Equal(("alice", "alice"), (first.Hold.Principal, second.Hold.Principal));
    }

    [Fact]
    public async Task NobodyHearsTheOthers_AfterFiveSecondsItGoesOnWithoutThem()
    {
        var first = Replica("a");
        _time.Advance(SwitchHold.LongestUnasked - TimeSpan.FromMilliseconds(1));
        Assert.True(first.Hold.State.IsUnasked);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(first.Hold.State.IsUnasked);
        await first.Member.DisposeAsync();
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
        var first = Replica("a");
        await first.DecideAsync("alice");
        _store.Records["payments-db"] = Encoding.UTF8.GetBytes(record);

        await first.RoundAsync();
        Assert.Equal("alice", first.Hold.Principal);
        Assert.Equal("alice", DatabaseRecord.Read(_store.Records["payments-db"])!.Hold!.Principal);
    }

    [Fact]
    public async Task RecordChangesWhileItIsWritten_ItIsReadAgain()
    {
        var (first, second) = (Replica("a"), Replica("b"));
        await first.RoundAsync();
        _store.BeforeReplace = () =>
        {
            _store.BeforeReplace = null;
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
        var first = Replica("a");
        var changes = 0;
        _store.BeforeReplace = () =>
        {
            _store.Records["payments-db"] = Encoding.UTF8.GetBytes($"{{\"hold\":{{\"era\":1,\"version\":{++changes},\"principal\":\"x{changes}\"}} }}");
            return Task.CompletedTask;
        };

        Assert.False(await first.DecideAsync("alice"));
        Assert.Equal("alice", first.Hold.Principal);
        Assert.Equal(0, changes % 5);
    }

    [Fact]
    public async Task Starts_TheOthersHaveToBeHeard()
    {
        var second = Replica("b");
        second.Writes("east", epoch: 1, timeline: 1);
        await EstablishAsync(second);
        var first = Replica("a");
        Assert.True(first.Hold.State.IsUnasked);

        await first.RoundAsync();
        Assert.False(first.Hold.State.IsUnasked);
    }

    /// <summary>Nobody can tell a store that is new from one that has just lost everything.</summary>
    [Fact]
    public async Task Starts_TheStoreIsEmpty_WhoeverKnowsTheHoldHasThreeSecondsToWriteItAgain()
    {
        var first = Replica("a");
        await first.DecideAsync("alice");
        _store.Records.Clear();
        var late = Replica("b");
        await late.RoundAsync();
        Assert.True(late.Hold.State.IsUnasked);

        await first.RoundAsync();
        await late.RoundAsync();
        Assert.Equal(("alice", false), (late.Hold.Principal, late.Hold.State.IsUnasked));
    }

    [Fact]
    public async Task Starts_TheStoreIsEmptyAndStaysSo_GoesOnAfterThreeSeconds()
    {
        var first = Replica("a");
        await first.RoundAsync();
        _time.Advance(FleetMember.EmptyPatience - TimeSpan.FromMilliseconds(1));
        await first.RoundAsync();
        Assert.True(first.Hold.State.IsUnasked);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        await first.RoundAsync();
        Assert.False(first.Hold.State.IsUnasked);
    }

    [Fact]
    public async Task Starts_TheStoreIsAway_AfterTwoSecondsItGoesOnAlone()
    {
        _store.IsAway = true;
        var first = Replica("a");
        _time.Advance(FleetMember.FirstPatience - TimeSpan.FromMilliseconds(1));
        await first.RoundAsync();
        Assert.True(first.Hold.State.IsUnasked);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        await first.RoundAsync();
        Assert.False(first.Hold.State.IsUnasked);
    }

    [Fact]
    public async Task Started_RoundsFollowEachOther_AndTheStopEndsThemAndTakesItsNoteAway()
    {
        var (first, second) = (Replica("a"), Replica("b"));
        first.Member.Start();
        await first.Hold.SettleAsync(first.Hold.Decide("alice"), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
        await second.RoundAsync();
        Assert.Equal("alice", second.Hold.Principal);

        await first.Member.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.DoesNotContain("a", _store.Notes.Keys);
        Assert.False(await first.Member.ShareAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task StoreHangs_TheRoundEndsAfterASecond_AndDecisionsGoOnAfterTwo()
    {
        _store.Hangs = true;
        var first = Replica("a");
        var round = first.RoundAsync();
        await _time.WhenTimersReach(1).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.False(round.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        await round.WaitAsync(TimeSpan.FromSeconds(10));

        var settling = first.Hold.SettleAsync(first.Hold.Decide("alice"), CancellationToken.None);
        Assert.Equal("alice", first.Hold.Principal);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(await settling.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Term_TheHighestOfAll_IsHeardByThoseWhoKnowALowerOne()
    {
        var (first, second) = (Replica("a"), Replica("b"));
        first.Writes("west", epoch: 2, timeline: 3);
        second.Writes("east", epoch: 1, timeline: 1);

        await EstablishAsync(first);
        await second.RoundAsync();
        await first.RoundAsync();
        Assert.Equal([new RememberedTerm(7001, new WriterTerm(2, 3), "field payments-db")], second.Heard);
        Assert.Empty(first.Heard);
        Assert.Equal(new SharedTerm(7001, 2, 3), DatabaseRecord.Read(_store.Records["payments-db"])!.Term);
    }

    /// <summary>A database made anew has another cluster; what was seen of the old one counts only where there is no writer.</summary>
    [Fact]
    public async Task Term_OfAnotherCluster_GivesWayToTheOneThatHasAWriter_AndFencesNobody()
    {
        var (old, fresh) = (Replica("a"), Replica("b"));
        old.Writes("west", epoch: 9, timeline: 9, cluster: 4);
        await EstablishAsync(old);
        fresh.Writes("east", epoch: 1, timeline: 1, cluster: 7001);

        await fresh.RoundAsync();
        Assert.Equal(new SharedTerm(7001, 1, 1), DatabaseRecord.Read(_store.Records["payments-db"])!.Term);
        Assert.Equal(new WriterTerm(1, 1), fresh.Topology.KnownTerm(7001));
    }

    [Fact]
    public async Task Notes_AreReadOnlyWhileSomebodyLooks_AndTellOfSilence()
    {
        var (first, second) = (Replica("a"), Replica("b"));
        await second.RoundAsync();
        await first.RoundAsync();
        Assert.Equal(0, _store.NoteReads);

        Assert.Equal(["a"], first.Member.Describe().Replicas.Select(one => one.Name));
        await first.RoundAsync();
        var state = first.Member.Describe();
        Assert.Equal(["a", "b"], state.Replicas.Select(one => one.Name));
        Assert.Equal(("cache", true), (state.Store, state.IsReachable));

        for (var i = 0; i < 7; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await first.RoundAsync();
            first.Member.Describe();
        }

        Assert.Equal(TimeSpan.FromSeconds(7), first.Member.Describe().Replicas[1].SilentFor);
        await second.RoundAsync();
        await first.RoundAsync();
        Assert.Equal(TimeSpan.Zero, first.Member.Describe().Replicas[1].SilentFor);
    }

    [Fact]
    public async Task Notes_OfWhoIsGoneForTenMinutes_AreRemoved_AndGarbageIsNotShown()
    {
        var (first, second) = (Replica("a"), Replica("b"));
        await second.RoundAsync();
        _store.Notes["<img src=x>"] = "{}"u8.ToArray();
        _store.Notes["huge"] = new byte[100_000];
        _store.Notes["infinite"] = """{"sequence":1,"at":"2025-01-01T00:00:00Z","status":"ready","databases":[],"episodes":[{"dependency":"x","phase":"y","sinceSeconds":1e999}]}"""u8.ToArray();
        first.Member.Describe();
        await first.RoundAsync();
        Assert.Equal(["a", "b"], first.Member.Describe().Replicas.Select(one => one.Name));

        for (var i = 0; i < 151; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(4));
            first.Member.Describe();
            await first.RoundAsync();
        }

        Assert.DoesNotContain("b", _store.Notes.Keys);
        await first.Member.DisposeAsync();
        Assert.DoesNotContain("a", _store.Notes.Keys);
    }

    [Fact]
    public void Note_WithMoreThanFits_TellsTheFirst()
    {
        var note = new ReplicaNote(1, _time.GetUtcNow(), null, "ready", [.. Enumerable.Range(0, 200).Select(i => new DatabaseNote(new string('x', 500) + i, null, 1, "steady", null))], []);

        var read = ReplicaNote.Read(note.Write());
        Assert.InRange(read!.Databases.Count, 1, 63);
    }

    /// <summary>Writes a first record, which takes a while: others might know of a hold.</summary>
    private async Task EstablishAsync(FakeReplica replica)
    {
        await replica.RoundAsync();
        _time.Advance(FleetMember.EmptyPatience);
        await replica.RoundAsync();
    }

    private FakeReplica Replica(string name, string? folder = null) => new(name, _store, _time, folder);
}

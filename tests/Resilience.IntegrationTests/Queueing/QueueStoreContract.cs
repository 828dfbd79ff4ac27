using Resilience.Queueing;
using Resilience.Queueing.Stores;
using Resilience.TestKit;
using static Resilience.IntegrationTests.Queueing.QueueEntries;

namespace Resilience.IntegrationTests.Queueing;

/// <summary>What every store does, whatever it is. Each test begins with an empty one.</summary>
public abstract class QueueStoreContract
{
    private protected static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private protected abstract IQueueStore Store { get; }

    [Fact]
    public async Task Store_New_Again_OtherPayload()
    {
        Assert.Equal([StoreAnswer.Stored, StoreAnswer.Stored, StoreAnswer.Present, StoreAnswer.Conflict], await Store.StoreAsync([Of("a"), Of("b"), Of("a"), Of("b", "{1}")], default));
        Assert.Equal([StoreAnswer.Present, StoreAnswer.Conflict], await Store.StoreAsync([Of("a"), Of("b", "{2}")], default));
        Assert.Equal(2, (await Store.CountAsync(Queue, default)).Ready);
    }

    [Fact]
    public async Task Store_FiftyAtOnceWithOneKey_OneRow()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Store.StoreAsync([Of("one")], default).AsTask()));

        Assert.Single(answers, answer => answer[0] == StoreAnswer.Stored);
        Assert.Equal(49, answers.Count(answer => answer[0] == StoreAnswer.Present));
        Assert.Equal(1, (await Store.CountAsync(Queue, default)).Ready);
    }

    [Fact]
    public async Task Claim_ManyAtOnce_EachEntryOnce()
    {
        await Store.StoreAsync([.. Enumerable.Range(0, 200).Select(i => Of($"{i}"))], default);

        var claimed = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Store.ClaimAsync(Queue, 25, Lease, default).AsTask()));

        var keys = claimed.SelectMany(leases => leases).Select(lease => lease.Entry.Key).ToList();
        Assert.Equal(200, keys.Count);
        Assert.Equal(200, keys.Distinct().Count());
        Assert.Empty(await Store.ClaimAsync(Queue, 25, Lease, default));
    }

    [Fact]
    public async Task Lease_ThatIsOver_IsClaimedAgain_AndItsOldTokenChangesNothing()
    {
        await Store.StoreAsync([Of("a")], default);
        var first = Assert.Single(await Store.ClaimAsync(Queue, 1, TimeSpan.FromMilliseconds(50), default));
        IReadOnlyList<EntryLease> second = [];
        await Eventually.UntilAsync(async ct => (second = await Store.ClaimAsync(Queue, 1, Lease, ct)).Count == 1, () => "not claimed again", default);
        Assert.Equal((false, true), (first.IsSecondHand, second[0].IsSecondHand));

        Assert.Empty(await Store.RenewAsync(Queue, [first], Lease, default));
        Assert.Empty(await Store.EndAsync(Queue, [new EndedLease(first, new LeaseEnd(EntryState.Done))], default));
        Assert.Equal(EntryState.Leased, (await Store.FindAsync(Queue, "a", default))!.State);
        Assert.Equal([second[0].Token], await Store.EndAsync(Queue, [new EndedLease(second[0], new LeaseEnd(EntryState.Done))], default));
        Assert.Equal((EntryState.Done, 2), ((await Store.FindAsync(Queue, "a", default))!.State, second[0].Attempt));
    }

    [Fact]
    public async Task End_Again_WaitsItsPause_AndMayGiveTheAttemptBack()
    {
        await Store.StoreAsync([Of("a"), Of("b")], default);
        var leases = await Store.ClaimAsync(Queue, 2, Lease, default);
        await Store.EndAsync(Queue, [.. leases.Select((lease, i) => new EndedLease(lease, new LeaseEnd(EntryState.Ready, TimeSpan.FromHours(1), "TimeoutException", KeepAttempt: i == 0)))], default);

        Assert.Empty(await Store.ClaimAsync(Queue, 2, Lease, default));
        var (a, b) = (await Store.FindAsync(Queue, leases[0].Entry.Key, default), await Store.FindAsync(Queue, leases[1].Entry.Key, default));
        Assert.Equal((0, 1, "TimeoutException"), (a!.Attempts, b!.Attempts, b.Reason));
    }

    [Fact]
    public async Task OrderKey_OneAtATime_InTheirOrder()
    {
        await Store.StoreAsync([Of("1", order: "x"), Of("2", order: "x"), Of("3", order: "y"), Of("4", order: "x")], default);

        var first = await Store.ClaimAsync(Queue, 10, Lease, default);
        Assert.Equal(["1", "3"], first.Select(lease => lease.Entry.Key));
        Assert.Empty(await Store.ClaimAsync(Queue, 10, Lease, default));
        await Store.EndAsync(Queue, [.. first.Select(lease => new EndedLease(lease, new LeaseEnd(EntryState.Done)))], default);
        Assert.Equal(["2"], (await Store.ClaimAsync(Queue, 10, Lease, default)).Select(lease => lease.Entry.Key));
    }

    [Fact]
    public async Task Settle_MakesDone_WhateverItWas_AlsoWhatIsNotThere()
    {
        await Store.StoreAsync([Of("waits"), Of("leased")], default);
        await Store.ClaimAsync(Queue, 1, Lease, default);

        await Store.SettleAsync([Of("waits"), Of("leased"), Of("lost")], EntryState.Done, null, default);

        Assert.Empty(await Store.ClaimAsync(Queue, 10, Lease, default));
        Assert.Equal(0, (await Store.CountAsync(Queue, default)).Pending);
        Assert.Equal(EntryState.Done, (await Store.FindAsync(Queue, "lost", default))!.State);
        Assert.Equal([StoreAnswer.Present], await Store.StoreAsync([Of("lost")], default));
    }

    [Fact]
    public async Task Operator_ListsReplaysAndPurges_OnlyWhatHeWasShown()
    {
        await Store.SettleAsync([Of("p1"), Of("p2"), Of("p3")], EntryState.Parked, "poison", default);

        Assert.Equal(["p1", "p2"], (await Store.ListAsync(Queue, EntryState.Parked, null, 2, default)).Select(stored => stored.Entry.Key));
        Assert.Equal(["p3"], (await Store.ListAsync(Queue, EntryState.Parked, "p2", 2, default)).Select(stored => stored.Entry.Key));
        var expires = DateTimeOffset.UnixEpoch.AddYears(90);
        var before = (await Store.FindAsync(Queue, "p1", default))!.Entry.KeyExpiresAt;
        Assert.True(await Store.ReplayAsync(Queue, "p1", expires, default));
        Assert.False(await Store.ReplayAsync(Queue, "p1", expires, default));

        // What is parked may have been carried out: its key is as old as it is.
        Assert.Equal(before, (await Store.FindAsync(Queue, "p1", default))!.Entry.KeyExpiresAt);
        Assert.Equal(2, await Store.PurgeAsync(Queue, EntryState.Parked, 3, default));
        Assert.Equal(2, (await Store.CountAsync(Queue, default)).Parked);
        Assert.Equal(2, await Store.PurgeAsync(Queue, EntryState.Parked, 2, default));
        Assert.Equal((0, 1), ((await Store.CountAsync(Queue, default)).Parked, (await Store.CountAsync(Queue, default)).Ready));
    }

    [Fact]
    public async Task Operator_ReplaysWhatIsToReconcile_ItsKeyIsNewAgain_AndParksWhatWaits()
    {
        await Store.SettleAsync([Of("old")], EntryState.Reconcile, "key-expired", default);
        var expires = DateTimeOffset.UnixEpoch.AddYears(90);

        Assert.True(await Store.ReplayAsync(Queue, "old", expires, default));
        var replayed = (await Store.FindAsync(Queue, "old", default))!;
        Assert.Equal((EntryState.Ready, expires, "replayed"), (replayed.State, replayed.Entry.KeyExpiresAt, replayed.Reason));

        Assert.True(await Store.ParkAsync(Queue, "old", "not now", default));
        Assert.False(await Store.ParkAsync(Queue, "old", "not now", default));
        Assert.Equal((EntryState.Parked, "not now"), ((await Store.FindAsync(Queue, "old", default)) is { } parked ? (parked.State, parked.Reason) : default));
    }
}

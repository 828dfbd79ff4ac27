using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Resilience.Internal;
using Resilience.Journal;
using Resilience.Queueing;
using Resilience.Queueing.Spool;
using Resilience.Queueing.Stores;
using Resilience.Sdk.Tests.Journal;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.Sdk.Tests.Queueing;

/// <summary>What is promised is in the store in the end, whatever happens to store, process and failover.</summary>
public sealed class QueueSpoolTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Retention = TimeSpan.FromHours(1);
    private readonly ManualTimeProvider _time = new();
    private readonly FakeStore _store = new();

    [Fact]
    public async Task Promise_StoreIsWell_IsThereAtOnce()
    {
        await using var spool = Open(new SimulatedDisk());

        await spool.PromiseAsync(Entry("a"), default);

        Assert.Equal(EntryState.Ready, _store.Rows["a"]);
        Assert.Equal((1, 0), (spool.Status.Retained, spool.Status.NotStored));
        Assert.NotNull(spool.FindPending("q", "a"));
    }

    [Fact]
    public async Task Promise_StoreIsAway_StandsWithoutIt_AndIsBroughtLater()
    {
        _store.IsAway = true;
        await using var spool = Open(new SimulatedDisk());
        await spool.PromiseAsync(Entry("a"), default);
        await spool.PromiseAsync(Entry("a"), default);
        Assert.Equal(1, spool.Status.NotStored);

        _store.IsAway = false;
        await spool.TickAsync(default);

        Assert.Equal((EntryState.Ready, 0), (_store.Rows["a"], spool.Status.NotStored));
    }

    [Fact]
    public async Task SameKey_OtherRequest_IsAConflict_WhoeverHasTheFirst()
    {
        _store.Put(Entry("elsewhere"));
        await using var spool = Open(new SimulatedDisk());
        await spool.PromiseAsync(Entry("here"), default);

        await Assert.ThrowsAsync<RequestConflictException>(() => spool.PromiseAsync(Entry("here", "{1}"), default).AsTask());
        await Assert.ThrowsAsync<RequestConflictException>(() => spool.PromiseAsync(Entry("elsewhere", "{1}"), default).AsTask());

        // It was withdrawn: the key's owner may come here, too.
        await spool.PromiseAsync(Entry("elsewhere"), default);
    }

    [Fact]
    public async Task ConflictThatIsFoundAfterThePromise_IsParked_NotTakenBack()
    {
        _store.Put(Entry("k"));
        _store.Hold = new TaskCompletionSource();
        await using var spool = Open(new SimulatedDisk());
        var promise = spool.PromiseAsync(Entry("k", "{1}"), default).AsTask();
        await _time.WhenTimersReach(1);
        _time.Advance(QueueSpool.StorePatience);
        await promise;

        _store.Hold.SetResult();
        _store.Hold = null;
        await spool.TickAsync(default);

        Assert.Equal(EntryState.Parked, _store.Rows[$"k#{Entry("k", "{1}").PayloadHash[..8]}"]);
    }

    [Fact]
    public async Task CompletionThatItsWorkerHasStored_IsNotStoredAgain()
    {
        await using var spool = Open(new SimulatedDisk());
        await spool.PromiseAsync(Entry("a"), default);
        await spool.CompletedAsync(Entry("a"), _store.Generation, default);
        spool.CompletionStored(Entry("a"), _store.Generation);
        var calls = _store.Calls;
        _time.Advance(TimeSpan.FromSeconds(6));

        await spool.TickAsync(default);

        Assert.Equal((calls, 0), (_store.Calls, spool.NotStored));
    }

    [Fact]
    public async Task SameKey_PromisedByTwoReplicasWhileTheStoreIsAway_TheSecondIsParked()
    {
        _store.IsAway = true;
        await using var spool = Open(new SimulatedDisk());
        var second = Entry("k", "{1}");
        await spool.PromiseAsync(second, default);
        _store.IsAway = false;
        _store.Put(Entry("k"));

        await spool.TickAsync(default);

        Assert.Equal(EntryState.Parked, _store.Rows[$"k#{second.PayloadHash[..8]}"]);
        Assert.Equal(EntryState.Ready, _store.Rows["k"]);
        Assert.Equal(0, spool.Status.Retained);
    }

    [Fact]
    public async Task JournalFails_TheStoreAloneIsEnough_NeitherIsAnError()
    {
        using var disk = new SimulatedDisk { Before = _ => throw new IOException("No space left on device") };
        await using var spool = Open(disk);
        await spool.PromiseAsync(Entry("a"), default);
        Assert.Equal(EntryState.Ready, _store.Rows["a"]);

        _store.IsAway = true;
        var error = await Assert.ThrowsAsync<RequestQueueException>(() => spool.PromiseAsync(Entry("b"), default).AsTask());
        Assert.NotNull(error.RetryAfter);
        Assert.Null(spool.FindPending("q", "b"));

        disk.Before = null;
        await spool.PromiseAsync(Entry("b"), default);
    }

    [Fact]
    public async Task FailOver_WhatItLostIsStoredAgain_WhatWasDoneAndIsLostIsDoneAgain_TheOtherStaysDone()
    {
        await using var spool = Open(new SimulatedDisk());
        await spool.PromiseAsync(Entry("kept"), default);
        await spool.CompletedAsync(Entry("kept"), _store.Generation, default);
        _time.Advance(TimeSpan.FromSeconds(6));
        await spool.PromiseAsync(Entry("replicated"), default);
        await spool.TickAsync(default);
        _store.Replicate();
        await spool.PromiseAsync(Entry("lost"), default);
        await spool.PromiseAsync(Entry("done"), default);
        await spool.CompletedAsync(Entry("done"), _store.Generation, default);
        _time.Advance(TimeSpan.FromSeconds(6));
        await spool.TickAsync(default);

        _store.FailOver();
        Assert.Equal(["kept", "replicated"], _store.Rows.Keys.Order());
        await spool.TickAsync(default);

        // What the handler had committed for it is lost with the rest, so it is carried out again, under its key.
        Assert.Equal((EntryState.Ready, EntryState.Ready, EntryState.Ready), (_store.Rows["replicated"], _store.Rows["lost"], _store.Rows["done"]));
        Assert.Equal(EntryState.Done, _store.Rows["kept"]);
        await spool.CompletedAsync(Entry("done"), _store.Generation, default);
        _time.Advance(TimeSpan.FromSeconds(6));
        await spool.TickAsync(default);
        Assert.Equal(EntryState.Done, _store.Rows["done"]);
    }

    [Fact]
    public async Task Retention_WhatWasStoredForLong_LeavesTheJournal()
    {
        using var disk = new SimulatedDisk();
        await using (var spool = Open(disk))
        {
            await spool.PromiseAsync(Entry("a"), default);
            _time.Advance(Retention - TimeSpan.FromSeconds(1));
            await spool.TickAsync(default);
            Assert.Equal(1, spool.Status.Retained);
            _time.Advance(TimeSpan.FromSeconds(2));
            await spool.TickAsync(default);
            Assert.Equal(0, spool.Status.Retained);
        }

        // What an old file still holds is stored again, which changes nothing.
        await using var again = Open(disk);
        await again.TickAsync(default);
        Assert.Equal(["a"], _store.Rows.Keys);
    }

    [Fact]
    public async Task Full_WhatIsStoredMakesRoom_WhatIsNotStaysAndTheNextIsRefused()
    {
        var options = new JournalOptions { Path = "simulated", MaxBytes = 1024 * 1024, SegmentBytes = 64 * 1024 };
        await using var spool = Open(new SimulatedDisk(), options);
        var payload = new string('x', 20_000);
        for (var i = 0; i < 200; i++)
        {
            await spool.PromiseAsync(Entry($"{i}", payload), default);
        }

        _store.IsAway = true;
        var promised = 0;
        await Assert.ThrowsAsync<RequestQueueException>(async () =>
        {
            for (; promised < 1000; promised++)
            {
                await spool.PromiseAsync(Entry($"away-{promised}", payload), default);
            }
        });
        Assert.InRange(promised, 10, 60);

        _store.IsAway = false;
        await spool.TickAsync(default);
        Assert.Equal(200 + promised, _store.Rows.Count);
    }

    [Fact]
    public async Task FiveHundredCrashes_WithFailovers_EverythingPromisedIsInTheStore()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var disk = new SimulatedDisk();
        var promised = new HashSet<string>(StringComparer.Ordinal);
        var done = new HashSet<string>(StringComparer.Ordinal);
        for (var crash = 0; crash < 500; crash++)
        {
            SimulatedDisk? left = null;
            var steps = random.Next(3, 30);
            var running = disk;
            disk.Before = _ =>
            {
                if (left is not null || --steps == 0)
                {
                    left ??= running.AfterCrash(random);
                    throw new IOException("The power is gone.");
                }
            };
            try
            {
                await using var spool = Open(disk, new JournalOptions { Path = "simulated", MaxBytes = 64 * 1024 * 1024, SegmentBytes = 64 * 1024 });
                while (left is null)
                {
                    _store.IsAway = random.Next(3) == 0;
                    var key = $"{crash}-{promised.Count}";
                    await spool.PromiseAsync(Entry(key), default);
                    if (left is null)
                    {
                        promised.Add(key);
                    }

                    if (random.Next(4) == 0 && promised.Count > 0)
                    {
                        var some = promised.ElementAt(random.Next(promised.Count));
                        await spool.CompletedAsync(Entry(some), _store.Generation, default);
                        if (left is null)
                        {
                            done.Add(some);
                        }
                    }

                    if (!_store.IsAway && random.Next(2) == 0)
                    {
                        await spool.TickAsync(default);
                    }

                    if (random.Next(20) == 0)
                    {
                        _store.FailOver();
                    }
                }

                // A process that is killed brings nothing to anybody.
                _store.IsAway = true;
            }
            catch (Exception exception) when (exception is RequestQueueException or TimeoutException or JournalException && left is not null)
            {
                // It died in the middle of a promise: nobody was told.
            }

            disk = left!;
        }

        disk.Before = null;
        _store.IsAway = false;
        await using var last = Open(disk, new JournalOptions { Path = "simulated", MaxBytes = 64 * 1024 * 1024, SegmentBytes = 64 * 1024 });
        _time.Advance(TimeSpan.FromSeconds(6));
        await last.TickAsync(default);
        var rows = _store.Rows;
        Assert.DoesNotContain(promised, key => !rows.ContainsKey(key));
        Assert.DoesNotContain(done, key => rows[key] != EntryState.Done);
        output.WriteLine($"{promised.Count} promised, {done.Count} done");
    }

    private QueueSpool Open(SimulatedDisk disk, JournalOptions? options = null) => new(
        JournalLog.Open(options ?? new JournalOptions { Path = "simulated" }, disk, NullLogger.Instance),
        _ => _store,
        Retention,
        new MonotonicClock(_time),
        new Random(1),
        NullLogger.Instance);

    private static QueueEntry Entry(string key, string payload = "{}") => new()
    {
        Queue = "q",
        Key = key,
        Payload = Encoding.UTF8.GetBytes(payload),
        PayloadHash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(payload))),
        EnqueuedAt = DateTimeOffset.UnixEpoch,
        KeyExpiresAt = DateTimeOffset.UnixEpoch.AddHours(23),
        OrderKey = "o",
        TraceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    };
}

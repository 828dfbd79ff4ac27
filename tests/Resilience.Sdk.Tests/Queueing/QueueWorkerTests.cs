using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Resilience.Internal;
using Resilience.Queueing;
using Resilience.Queueing.Stores;
using Resilience.Queueing.Worker;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Queueing;

public sealed class QueueWorkerTests
{
    [Fact]
    public async Task Stop_WhileAClaimIsUnderWay_GivesBackWhatItTook()
    {
        var (asked, answer) = (new TaskCompletionSource<CancellationToken>(), new TaskCompletionSource<IReadOnlyList<EntryLease>>());
        var store = new FakeStore();
        store.Claim = token =>
        {
            asked.TrySetResult(token);
            return answer.Task;
        };
        await using var services = new ServiceCollection().BuildServiceProvider();
        var worker = Worker(store, services);
        worker.Start();
        var token = await asked.Task;

        var stopping = worker.DisposeAsync().AsTask();
        Assert.False(stopping.IsCompleted);
        // The database may have taken it whatever the caller does, so the caller must hear of it.
        Assert.False(token.CanBeCanceled);
        answer.SetResult([new EntryLease(Entry("k1"), Guid.NewGuid(), Attempt: 1)]);
        await stopping;

        var ended = Assert.Single(store.Ended);
        Assert.Equal(("k1", EntryState.Ready, true), (ended.Lease.Entry.Key, ended.End.State, ended.End.KeepAttempt));
    }

    [Fact]
    public async Task Stop_ClaimFailsMeanwhile_Stops()
    {
        var (asked, answer) = (new TaskCompletionSource(), new TaskCompletionSource<IReadOnlyList<EntryLease>>());
        var store = new FakeStore();
        store.Claim = _ =>
        {
            asked.TrySetResult();
            return answer.Task;
        };
        await using var services = new ServiceCollection().BuildServiceProvider();
        var worker = Worker(store, services);
        worker.Start();
        await asked.Task;

        var stopping = worker.DisposeAsync().AsTask();
        answer.SetException(new TimeoutException("The store is away."));
        await stopping;

        Assert.Empty(store.Ended);
    }

    /// <summary>A process may have died of one of them: none is tried beside it, and none pays for it with an attempt.</summary>
    [Fact]
    public async Task LeasesThatRanOut_AreTriedOneAtATime_TheOthersGoBackUntouched()
    {
        var time = new ManualTimeProvider();
        var claims = new Queue<IReadOnlyList<EntryLease>>([
            [new EntryLease(Entry("fresh"), Guid.NewGuid(), 1), new EntryLease(Entry("suspect"), Guid.NewGuid(), 2, IsSecondHand: true)],
            [new EntryLease(Entry("suspect"), Guid.NewGuid(), 2, IsSecondHand: true)],
            [new EntryLease(Entry("fresh"), Guid.NewGuid(), 1)],
            []]);
        var store = new FakeStore { Claim = _ => Task.FromResult(claims.Dequeue()) };
        await using var services = new ServiceCollection().BuildServiceProvider();
        await using var worker = Worker(store, services, time);
        async Task<int?> MostAsync()
        {
            time.Advance(TimeSpan.FromMilliseconds(300));
            await worker.TickAsync(default);
            return store.Most;
        }

        Assert.True(await MostAsync() > 1);
        Assert.Equal(
            [("fresh", EntryState.Ready, true), ("suspect", EntryState.Leased, true)],
            store.Ended.Select(one => (one.Lease.Entry.Key, one.End.State, one.End.KeepAttempt)));
        Assert.Equal(1, await MostAsync());
        await UntilAsync(() => store.Ended.Count == 3);
        await UntilAsync(() => worker.Running == 0);
        Assert.Equal(1, await MostAsync());
        await UntilAsync(() => store.Ended.Count == 4);
        await UntilAsync(() => worker.Running == 0);
        Assert.True(await MostAsync() > 1);
    }

    /// <summary>Requests are carried out on the pool's threads, so the test waits for them in real time.</summary>
    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var i = 0; i < 1000 && !holds(); i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        Assert.True(holds());
    }

    [Fact]
    public async Task StoreNotKnownYetAtTheStart_IsNoOutage_OneThatGoesAwayIs()
    {
        var time = new ManualTimeProvider();
        var store = new FakeStore { IsAway = true, Claim = _ => Task.FromResult<IReadOnlyList<EntryLease>>([]) };
        await using var services = new ServiceCollection().BuildServiceProvider();
        await using var worker = Worker(store, services, time);
        async Task<int?> MostAsync(bool away)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            store.IsAway = away;
            await worker.TickAsync(default);
            return store.Most;
        }

        Assert.Null(await MostAsync(away: true));
        Assert.True(await MostAsync(away: false) > 1, "A backlog found at the start begins with one request alone.");
        await MostAsync(away: true);
        Assert.Equal(1, await MostAsync(away: false));
    }

    private static QueueWorker<string> Worker(FakeStore store, IServiceProvider services, TimeProvider? time = null) => new(
        new QueueWorkerContext(
            "payments",
            store,
            () => new QueueOptions(),
            () => DrainSignal.Well,
            (_, _) => false,
            (_, _, _) => default,
            (_, _) => { },
            services.GetRequiredService<IServiceScopeFactory>(),
            new MonotonicClock(time ?? TimeProvider.System),
            NullLogger.Instance),
        typeof(NeverRun),
        (JsonTypeInfo<string>)JsonSerializerOptions.Web.GetTypeInfo(typeof(string)),
        new Random(1));

    private static QueueEntry Entry(string key) => new()
    {
        Queue = "payments",
        Key = key,
        PayloadHash = "h",
        Payload = "\"x\""u8.ToArray(),
        EnqueuedAt = DateTimeOffset.UnixEpoch,
        KeyExpiresAt = DateTimeOffset.MaxValue,
    };

    private sealed class NeverRun : IQueueHandler<string>
    {
        public ValueTask<QueueResult> HandleAsync(QueuedRequest<string> request, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("It ran.");
    }
}

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

using Microsoft.Extensions.Logging.Abstractions;
using Resilience.Redis.Connections;
using Resilience.Redis.Fallbacks;
using Resilience.TestKit;
using StackExchange.Redis;

namespace Resilience.IntegrationTests.Redis;

/// <summary>Two replicas, one server.</summary>
public sealed class RedisStaleStoreTests
{
    private static readonly RedisStaleStoreOptions Options = new() { MaxValueBytes = 2000, Expiry = TimeSpan.FromMinutes(10) };

    [Fact]
    public async Task Kept_AnotherReplicaFindsIt_WithItsAgeAndAnExpiry()
    {
        await using var redis = await RedisServer.StartNewAsync();
        using var one = new Replica(redis.Endpoint);
        using var other = new Replica(redis.Endpoint);

        one.Store.Keep("rates", "EUR", new Rates(1.5m));
        await Eventually.UntilAsync(async ct => await other.Store.FindAsync<Rates>("rates", "EUR", ct) is not null, () => "it is not found", default);

        var found = (await other.Store.FindAsync<Rates>("rates", "EUR", default))!.Value;
        Assert.Equal(1.5m, found.Value.Euro);
        Assert.InRange(found.Age!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.Null(await other.Store.FindAsync<Rates>("rates", "USD", default));
        Assert.Null(await other.Store.FindAsync<string>("rates", "EUR", default));
        using var direct = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint);
        Assert.InRange((await direct.GetDatabase().KeyTimeToLiveAsync("test:rates:EUR"))!.Value, TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(10));

        // A later answer takes its place.
        one.Store.Keep("rates", "EUR", new Rates(1.6m));
        await Eventually.UntilAsync(async ct => (await other.Store.FindAsync<Rates>("rates", "EUR", ct))?.Value.Euro == 1.6m, () => "it stays the old one", default);
    }

    [Fact]
    public async Task TooLargeOrUnwritable_IsKeptInThisProcessOnly_AndOthersGoOn()
    {
        await using var redis = await RedisServer.StartNewAsync();
        using var one = new Replica(redis.Endpoint);
        using var other = new Replica(redis.Endpoint);

        one.Store.Keep("pages", "large", new string('x', 5000));
        one.Store.Keep<Action>("pages", "code", () => { });
        one.Store.Keep("pages", "small", "y");
        await Eventually.UntilAsync(async ct => await other.Store.FindAsync<string>("pages", "small", ct) is not null, () => "it is not found", default);

        Assert.Equal(5000, (await one.Store.FindAsync<string>("pages", "large", default))!.Value.Value.Length);
        Assert.NotNull(await one.Store.FindAsync<Action>("pages", "code", default));
        Assert.Null(await other.Store.FindAsync<string>("pages", "large", default));
    }

    [Fact]
    public async Task ServerHangsOrIsGone_NobodyWaitsOrFails_OwnAnswersAreFound()
    {
        await using var redis = await RedisServer.StartNewAsync();
        using var one = new Replica(redis.Endpoint);
        one.Store.Keep("rates", "EUR", new Rates(1.5m));
        using var other = new Replica(redis.Endpoint);
        await Eventually.UntilAsync(async ct => await other.Store.FindAsync<Rates>("rates", "EUR", ct) is not null, () => "it is not found", default);

        await redis.HangAsync();
        var keeping = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 5_000; i++)
        {
            one.Store.Keep("rates", $"{i}", new Rates(i));
        }

        var kept = TimeProvider.System.GetElapsedTime(keeping);
        Assert.True(kept < TimeSpan.FromSeconds(2), $"keeping 5,000 answers took {kept}");
        var finding = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(1.5m, (await one.Store.FindAsync<Rates>("rates", "EUR", default))!.Value.Value.Euro);
            Assert.Null(await other.Store.FindAsync<Rates>("rates", "GBP", default));
        }

        // Not forty times its bound: after one that was not answered it is left alone for a second.
        var found = TimeProvider.System.GetElapsedTime(finding);
        Assert.True(found < TimeSpan.FromSeconds(5), $"finding 40 answers took {found}");

        await redis.ResumeAsync();
        await redis.KillAsync();
        Assert.Equal(1.5m, (await one.Store.FindAsync<Rates>("rates", "EUR", default))!.Value.Value.Euro);
        one.Store.Keep("rates", "USD", new Rates(2));

        await redis.StartAsync();
        await Eventually.UntilAsync(
            async ct =>
            {
                one.Store.Keep("rates", "CHF", new Rates(3));
                return await other.Store.FindAsync<Rates>("rates", "CHF", ct) is not null;
            },
            () => "it does not take up again",
            default);
    }

    [Fact]
    public async Task CallerGivesUp_IsTold()
    {
        await using var redis = await RedisServer.StartNewAsync();
        using var one = new Replica(redis.Endpoint);
        await one.ConnectAsync();
        await redis.HangAsync();
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one.Store.FindAsync<Rates>("rates", "EUR", gone.Token).AsTask());
    }

    private sealed record Rates(decimal Euro);

    private sealed class Replica : IDisposable
    {
        private readonly RedisConnection _connection;

        public Replica(string endpoint)
        {
            Assert.True(RedisConfiguration.TryRead(endpoint, out var options));
            _connection = RedisConnection.To(options);
            Store = new RedisStaleStore(_connection, Options, "test:", TimeProvider.System, NullLogger.Instance);
        }

        public RedisStaleStore Store { get; }

        public async Task ConnectAsync() => await Eventually.UntilAsync(() => _connection.GetAsync() is { IsCompletedSuccessfully: true } && _connection.Current!.IsConnected, () => "no connection", default);

        public void Dispose() => _connection.Dispose();
    }
}

using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Polly.Timeout;
using Resilience.Health;
using Resilience.IntegrationTests.Health;
using Resilience.Pipelines;
using Resilience.Redis.Connections;
using Resilience.TestKit;
using StackExchange.Redis;

namespace Resilience.IntegrationTests.Redis;

public sealed class RedisDependencyTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task ServerIsDownAtTheStart_HostStarts_AndFollowsItUpAndDown()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await redis.KillAsync();
        var began = TimeProvider.System.GetTimestamp();
        await using var app = await StartAsync(redis.Endpoint);
        Assert.True(TimeProvider.System.GetElapsedTime(began) < Soon, "the start waited for Redis");

        Assert.Equal((200, """{"status":"started"}"""), Once(app, "/health/startup"));
        Assert.Equal((503, """{"status":"waiting"}"""), Once(app, "/health/ready"));
        await UntilAsync(() => Cache(app) is { Status: CheckStatus.Unhealthy, Reason: "no-connection" }, app);

        await redis.StartAsync();
        await UntilAsync(() => Once(app, "/health/ready") == (200, """{"status":"ready"}"""), app);

        await redis.KillAsync();
        await UntilAsync(() => Once(app, "/health/ready") == (200, """{"status":"degraded"}"""), app);
        Assert.Equal((200, """{"status":"alive"}"""), Once(app, "/health/live"));

        await redis.StartAsync();
        await UntilAsync(() => Once(app, "/health/ready") == (200, """{"status":"ready"}"""), app);
    }

    [Fact]
    public async Task Hangs_CommandsEndWithTheirTimeout_AndOnePingIsUnderWay()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var app = await StartAsync(
            redis.Endpoint, ("Dependencies:cache:AttemptTimeout:Timeout", "00:00:00.2"), ("Dependencies:cache:Retry:Enabled", "false"));
        var cache = app.App.Services.GetRequiredKeyedService<IRedisDependency>("cache");
        await UntilAsync(() => Cache(app).Status == CheckStatus.Healthy, app);
        Assert.True(await cache.ExecuteAsync(db => db.StringSetAsync("k", "v", null, When.Always, CommandFlags.None)));

        await redis.HangAsync();
        var began = TimeProvider.System.GetTimestamp();
        await Assert.ThrowsAsync<TimeoutRejectedException>(() => cache.ExecuteAsync(db => db.StringGetAsync("k")).AsTask());
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(3), "the command was waited for");
        await UntilAsync(() => Cache(app).Status == CheckStatus.Unhealthy, app);

        await redis.ResumeAsync();
        await UntilAsync(() => Cache(app).Status == CheckStatus.Healthy, app);
        Assert.Equal("v", (string?)await cache.ExecuteAsync(db => db.StringGetAsync("k")));
    }

    [Fact]
    public async Task CommandsSucceed_StandInForTheProbe()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var app = await StartAsync(redis.Endpoint);
        var cache = app.App.Services.GetRequiredKeyedService<IRedisDependency>("cache");

        await UntilAsync(() => Cache(app) is { Status: CheckStatus.Healthy, Duration: not null }, app);
        await Eventually.UntilAsync(
            async ct =>
            {
                await cache.ExecuteAsync(db => db.PingAsync(), ct);
                return Cache(app).Duration is null;
            },
            () => "the probe goes on although commands succeed",
            default);
    }

    [Fact]
    public async Task OwnMultiplexer_IsLookedAtOverThatOne_NoConnectionMore()
    {
        await using var redis = await RedisServer.StartNewAsync();
        using var own = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint);
        await own.GetDatabase().PingAsync();
        var clients = await RedisClients.CountAsync(redis);
        await using var app = await ProbedApp.StartAsync(
            [("Defaults:Probe:Interval", "00:00:00.1")],
            builder =>
            {
                builder.Services.AddSingleton<IConnectionMultiplexer>(own);
                builder.AddDrResilience(dr => dr.AddRedis("cache", services => services.GetRequiredService<IConnectionMultiplexer>()));
            });

        await UntilAsync(() => Cache(app).SuccessesInARow > 10, app);

        Assert.Equal(clients, await RedisClients.CountAsync(redis));
        Assert.Same(own, app.App.Services.GetRequiredKeyedService<IConnectionMultiplexer>("cache"));
        Assert.Equal("healthy", Detail(app).GetProperty("dependencies").GetProperty("cache").GetProperty("probe").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Keyed_OneMultiplexerForAll_AndAnUnknownNameSaysWhichThereAre()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var app = await StartAsync(redis.Endpoint);
        var services = app.App.Services;

        var first = services.GetRequiredKeyedService<IConnectionMultiplexer>("cache");
        var second = await services.GetRequiredKeyedService<IRedisDependency>("cache").GetMultiplexerAsync();
        var exception = Assert.Throws<InvalidOperationException>(() => services.GetRequiredKeyedService<IConnectionMultiplexer>("cash"));

        Assert.Same(first, second);
        Assert.Contains("Did you mean 'cache'?", exception.Message, StringComparison.Ordinal);
    }

    private static CheckState Cache(ProbedApp app) => app.App.Services.GetRequiredService<HealthMonitor>().All.Single(loop => loop.Name == "cache").State;

    private static (int Status, string Body) Once(ProbedApp app, string path)
    {
        var result = new Prober(app.Management, path).Once();
        return (result.Status, result.Body);
    }

    private static JsonElement Detail(ProbedApp app) => JsonDocument.Parse(new Prober(app.Management, "/health").Once().Body).RootElement;

    private static Task UntilAsync(Func<bool> condition, ProbedApp app) =>
        Eventually.UntilAsync(condition, () => $"it does not come; the cache is {Cache(app)}", default);

    private static Task<ProbedApp> StartAsync(string endpoint, params (string Key, string Value)[] settings) => ProbedApp.StartAsync(
        [
            ("Dependencies:cache:Redis:Configuration", endpoint),
            ("Dependencies:cache:Probe:Interval", "00:00:00.2"),
            ("Dependencies:cache:Probe:MaxInterval", "00:00:00.2"),
            ("Dependencies:cache:Probe:Timeout", "00:00:00.5"),
            .. settings,
        ],
        builder => builder.AddDrResilience(dr => dr.AddRedis()));
}

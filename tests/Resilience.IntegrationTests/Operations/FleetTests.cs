using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Resilience.Fleet;
using Resilience.IntegrationTests.Postgres;
using Resilience.IntegrationTests.TestKit;
using Resilience.Postgres;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Operations;

/// <summary>Replicas that share decisions and terms through a real Redis server, over real databases.</summary>
public sealed class FleetTests
{
    [Fact]
    public async Task HeldInOneReplica_NoneFollowsThePromotion_AlsoWithoutRedis_UntilAnotherReleasesIt()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        await using var redis = await RedisServer.StartNewAsync();
        using var first = await StartAsync(servers, redis.Endpoint);
        using var second = await StartAsync(servers, redis.Endpoint);
        using var third = await StartAsync(servers, redis.Endpoint);
        RegionalDataSource[] all = [.. new[] { first, second, third }.Select(host => host.Services.GetRequiredService<RegionalDataSource>())];
        foreach (var (i, one) in all.Index())
        {
            await one.ExecuteAsync($"before-{i}", (_, _, _) => Task.CompletedTask);
        }

        await servers.West.WaitUntilCaughtUpAsync(servers.East);
        await all[0].HoldSwitchesAsync("alice");
        await EachAsync(all, one => one.SwitchStatus.HeldBy == "alice");

        // The server of decisions is lost first, with all it had; then the writer.
        await redis.KillAsync();
        await servers.East.KillAsync();
        await servers.West.PromoteAsync();
        await EachAsync(all, one => one.SwitchStatus.Candidate == "us-west-2");
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System);
        Assert.All(all, one => Assert.Equal(("alice", null), (one.SwitchStatus.HeldBy, one.WriterRegion)));
        Assert.Equal(1, await Sql.QueryAsync<long>(servers.West, "SELECT epoch FROM dr_resilience.writer_epoch"));

        // It comes back empty, and a replica starts that has never heard of the hold.
        await redis.StartAsync();
        using var fourth = await StartAsync(servers, redis.Endpoint);
        var late = fourth.Services.GetRequiredService<RegionalDataSource>();
        await EachAsync([late], one => one.SwitchStatus is { HeldBy: "alice", Candidate: "us-west-2" });
        Assert.Equal(1, await Sql.QueryAsync<long>(servers.West, "SELECT epoch FROM dr_resilience.writer_epoch"));

        await all[1].ReleaseSwitchesAsync("bob");
        await EachAsync([.. all, late], one => one is { WriterRegion: "us-west-2", SwitchStatus.HeldBy: null });
        await Task.WhenAll(new[] { first, second, third, fourth }.Select(host => host.StopAsync()));
    }

    /// <summary>A replica that reaches the former writer alone cannot know that it is one. The others can tell it.</summary>
    [Fact]
    public async Task ReplicaThatReachesTheFormerWriterAlone_IsToldOfTheTerm_AndDoesNotWriteToIt()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        await using var redis = await RedisServer.StartNewAsync();
        using var first = await StartAsync(servers, redis.Endpoint);
        var well = first.Services.GetRequiredService<RegionalDataSource>();
        await well.ExecuteAsync("before", (_, _, _) => Task.CompletedTask);
        await servers.West.WaitUntilCaughtUpAsync(servers.East);
        await servers.East.KillAsync();
        await servers.West.PromoteAsync();
        await well.ExecuteAsync("after", (_, _, _) => Task.CompletedTask);

        // What one has seen is told with its next round, within a second; a replica that starts before that cannot know it.
        await Task.Delay(2 * FleetMember.Interval, TimeProvider.System);
        await servers.East.RestartAsOldPrimaryAsync();

        using var alone = await StartAsync(servers, redis: null, cutOff: "us-west-2");
        var fooled = alone.Services.GetRequiredService<RegionalDataSource>();
        await Eventually.UntilAsync(() => fooled.WriterRegion == "us-east-1", () => $"{fooled.SwitchStatus}", default);

        using var second = await StartAsync(servers, redis.Endpoint, cutOff: "us-west-2");
        var told = second.Services.GetRequiredService<RegionalDataSource>();
        var refused = await Assert.ThrowsAsync<WriterUnavailableException>(() => told.ExecuteAsync("lost", (_, _, _) => Task.CompletedTask));
        Assert.Contains("it is a former writer", refused.Message, StringComparison.Ordinal);
        Assert.Contains("field 'payments-db' of dr:fleet-test:Production:fleet:databases in Redis 'cache'", refused.Message, StringComparison.Ordinal);
        Assert.Null(told.WriterRegion);
        await Task.WhenAll(new[] { first, second, alone }.Select(host => host.StopAsync()));
    }

    [Fact]
    public async Task RedisHangsFromTheStart_TheHostStarts_AndWritesGoOnWithinThreeSeconds()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        await using var redis = await RedisServer.StartNewAsync();
        await redis.HangAsync();
        using var host = await StartAsync(servers, redis.Endpoint);
        var database = host.Services.GetRequiredService<RegionalDataSource>();

        await database.ExecuteAsync("first", (_, _, _) => Task.CompletedTask);
        await database.HoldSwitchesAsync("alice");
        Assert.Equal("alice", database.SwitchStatus.HeldBy);
        await redis.ResumeAsync();
        await host.StopAsync();
    }

    [Fact]
    public async Task ServerIsNotConfigured_TheHostDoesNotStart_AndNamesTheOnesThatAre()
    {
        var builder = Builder([new("DrResilience:Dependencies:cache:Redis:Configuration", "127.0.0.1:1")]);
        builder.AddDrResilience(dr => dr.ShareDecisionsInRedis("cash"));
        using var host = builder.Build();

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());
        Assert.Contains("No Redis dependency 'cash' is configured. Configured: cache. Did you mean 'cache'?", error.Message, StringComparison.Ordinal);
    }

    private static Task EachAsync(IReadOnlyList<RegionalDataSource> all, Func<RegionalDataSource, bool> holds) =>
        Eventually.UntilAsync(() => all.All(holds), () => string.Join('\n', all.Select(one => $"{one.SwitchStatus}")), default);

    private static HostApplicationBuilder Builder(IEnumerable<KeyValuePair<string, string?>> values)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true, ApplicationName = "fleet-test" });
        builder.Configuration.AddInMemoryCollection(values);
        return builder;
    }

    private static async Task<IHost> StartAsync(TwoRegionPostgres servers, string? redis, string? cutOff = null)
    {
        var values = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["DrResilience:Dependencies:payments-db:Postgres:WaitForWriter"] = cutOff is null ? "00:00:20" : "00:00:05",
        };
        values["DrResilience:Journal:Path"] = Directory.CreateTempSubdirectory("fleet-").FullName;
        foreach (var (i, server) in servers.All.Index())
        {
            values[$"DrResilience:Dependencies:payments-db:Postgres:Regions:{i}:Name"] = server.Region;
            values[$"DrResilience:Dependencies:payments-db:Postgres:Regions:{i}:ConnectionString"] = server.ConnectionString + (server.Region == cutOff ? ";Port=1" : "");
        }

        if (redis is not null)
        {
            values["DrResilience:Dependencies:cache:Redis:Configuration"] = redis;
        }

        var builder = Builder(values);
        builder.AddDrResilience(dr =>
        {
            if (redis is not null)
            {
                dr.ShareDecisionsInRedis("cache");
            }
        });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}

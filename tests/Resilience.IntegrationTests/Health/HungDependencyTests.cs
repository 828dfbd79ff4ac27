using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Resilience.AspNetCore.Health;
using Resilience.Health;
using Resilience.IntegrationTests.Redis;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Health;

/// <summary>What probes cost and say while dependencies hang: nothing that they could hang on themselves.</summary>
[Trait(Nightly.Trait, Nightly.Value)]
[Collection(AloneCollection.Name)]
public sealed class HungDependencyTests(ITestOutputHelper output)
{
    private const int PerSecond = 1000;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task DatabaseAndRedisHung_AThousandProbesASecond_AllAnsweredQuickly_NoConnectionMore()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        await using var redis = await RedisServer.StartNewAsync();
        await using var app = await StartAsync(servers.All.Select(server => (server.Region, server.ConnectionString)), redis.Endpoint);
        await UntilReadyAsync(app);
        var (connections, clients) = (await ConnectionsAsync(servers.East), await RedisClients.CountAsync(redis));

        await CompareAsync(app, async () =>
        {
            await Task.WhenAll(servers.East.HangAsync(), servers.West.HangAsync(), redis.HangAsync());
        });

        await Task.WhenAll(servers.East.ResumeAsync(), servers.West.ResumeAsync(), redis.ResumeAsync());
        await UntilReadyAsync(app);

        // What had been given up while the servers were stopped they close when they go on.
        await Eventually.UntilAsync(
            async _ => await ConnectionsAsync(servers.East) <= connections + 1 && await RedisClients.CountAsync(redis) <= clients,
            () => $"there were {connections} and {clients} connections before",
            default);
    }

    [Fact]
    public async Task DatabaseAndRedisBlackholed_AThousandProbesASecond_AllAnsweredQuickly()
    {
        await using var server = await PostgresServer.StartPrimaryAsync();
        await using var redis = await RedisServer.StartNewAsync();
        using var database = new Relay(new IPEndPoint(IPAddress.Parse(server.Host), server.Port));
        using var cache = new Relay(new IPEndPoint(IPAddress.Parse(redis.Host), redis.Port));
        var through = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Host = "127.0.0.1", Port = database.Address.Port };
        await using var app = await StartAsync([("east", through.ConnectionString)], cache.Address.ToString());
        await UntilReadyAsync(app);
        var (connections, clients) = (await ConnectionsAsync(server), await RedisClients.CountAsync(redis));

        await CompareAsync(app, () =>
        {
            database.Vanish();
            cache.Vanish();
            return Task.CompletedTask;
        });

        Assert.InRange(await ConnectionsAsync(server), 0, connections);
        Assert.InRange(await RedisClients.CountAsync(redis), 0, clients);
    }

    [Fact]
    public async Task HttpDependencyBlackholed_OneCheckAtATime_HoweverManyProbes()
    {
        using var blackhole = new Blackhole();
        await using var app = await ProbedApp.StartAsync(
            [("Dependencies:api:Probe:Path", "/health"), ("Dependencies:api:Probe:Interval", "00:00:00.5"), ("Dependencies:api:Probe:Timeout", "00:00:00.2"), ("Dependencies:api:Probe:MaxInterval", "00:00:00.5")],
            builder => builder.Services.AddHttpClient("api", client => client.BaseAddress = new Uri($"http://{blackhole.Address}/")).AddDrDependency("api"));
        var monitor = app.App.Services.GetRequiredService<HealthMonitor>();

        var probes = await ProbeAsync(app);

        Assert.All(probes.Management, result => Assert.Equal((503, """{"status":"waiting"}"""), (result.Status, result.Body)));
        var state = Assert.Single(monitor.All).State;
        Assert.Equal((CheckStatus.Unhealthy, "timeout"), (state.Status, state.Reason));
        Assert.InRange(state.FailuresInARow, 3, (int)(2 * Window / TimeSpan.FromSeconds(0.45)) + 2);
    }

    private static Task<ProbedApp> StartAsync(IEnumerable<(string Name, string ConnectionString)> regions, string redis) => ProbedApp.StartAsync(
        [
            ("Dependencies:cache:Redis:Configuration", redis),
            ("Dependencies:cache:Probe:Interval", "00:00:00.5"),
            ("Dependencies:cache:Probe:MaxInterval", "00:00:00.5"),
            ("Dependencies:payments-db:Postgres:WarmConnections", "0"),
            .. regions.SelectMany((region, i) => new[]
            {
                ($"Dependencies:payments-db:Postgres:Regions:{i}:Name", region.Name),
                ($"Dependencies:payments-db:Postgres:Regions:{i}:ConnectionString", region.ConnectionString),
            }),
        ],
        builder => builder.AddDrResilience(dr => dr.AddRedis()));

    /// <summary>Probes while all is well, and again while it is not: the machine's own noise is in both.</summary>
    private async Task CompareAsync(ProbedApp app, Func<Task> fault)
    {
        var control = await ProbeAsync(app);
        var checks = Cache(app).SuccessesInARow;

        await fault();
        await UntilBothAreMissedAsync(app);
        var (failures, began) = (Cache(app).FailuresInARow, TimeProvider.System.GetTimestamp());
        var gone = await ProbeAsync(app);
        var (more, took) = (Cache(app).FailuresInARow - failures, TimeProvider.System.GetElapsedTime(began));

        foreach (var (name, during, before) in new[] { ("management", gone.Management, control.Management), ("main", gone.Main, control.Main) })
        {
            var (p99, usual) = (ProbeResult.P99Milliseconds(during), ProbeResult.P99Milliseconds(before));
            output.WriteLine($"{name}: {during.Count} probes, p99 {p99:0.00} ms without, {usual:0.00} ms healthy, longest {during.Max(result => result.Took).TotalMilliseconds:0.0} ms");
            Assert.All(during, result => Assert.Equal((200, """{"status":"degraded"}"""), (result.Status, result.Body)));
            Assert.True(p99 < Math.Max(5, 3 * usual), $"{name}: p99 is {p99} ms without the dependencies and {usual} ms with them");
        }

        output.WriteLine($"{checks} looks at the cache while it was well, {more} in {took.TotalSeconds:0.0} s without");
        Assert.InRange(more, 1, (int)(took / TimeSpan.FromSeconds(0.45)) + 2);
    }

    /// <summary>A thousand a second, first on one port and then on the other.</summary>
    private static async Task<(IReadOnlyList<ProbeResult> Management, IReadOnlyList<ProbeResult> Main)> ProbeAsync(ProbedApp app) =>
        (await new Prober(app.Management, "/health/ready").ProbeAsync(PerSecond, Window), await new Prober(app.Main, "/health/ready").ProbeAsync(PerSecond, Window));

    private static Task UntilReadyAsync(ProbedApp app) => Eventually.UntilAsync(
        () => new Prober(app.Management, "/health/ready").Once().Body == """{"status":"ready"}""",
        () => $"readiness is {new Prober(app.Management, "/health").Once()}",
        default);

    /// <summary>
    /// Not merely degraded: that may have another reason, a pool that is slow for a moment on a busy machine for instance, and
    /// pass again before the dependencies are missed.
    /// </summary>
    private static Task UntilBothAreMissedAsync(ProbedApp app) => Eventually.UntilAsync(
        () =>
        {
            var board = app.App.Services.GetRequiredService<ProbeBoard>();
            return board.Readiness is { Readiness: Readiness.Degraded } state && state.Reasons.Contains("payments-db") && state.Reasons.Contains("cache");
        },
        () => $"readiness is {new Prober(app.Management, "/health").Once()}",
        default);

    private static CheckState Cache(ProbedApp app) => app.App.Services.GetRequiredService<HealthMonitor>().All.Single(loop => loop.Name == "cache").State;

    private static async Task<long> ConnectionsAsync(PostgresServer server) =>
        await TestKit.Sql.QueryAsync<long>(server, "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()");

    /// <summary>An address whose packets vanish: a listener that accepts nobody and whose queue is full answers no SYN any more.</summary>
    private sealed class Blackhole : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly List<Socket> _fillers = [];

        public Blackhole()
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen(1);
            for (var i = 0; i < 8; i++)
            {
                var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
                try
                {
                    filler.Connect(_listener.LocalEndPoint!);
                }
                catch (SocketException)
                {
                    // Under way, for ever.
                }

                _fillers.Add(filler);
            }
        }

        public EndPoint Address => _listener.LocalEndPoint!;

        public void Dispose()
        {
            _fillers.ForEach(filler => filler.Dispose());
            _listener.Dispose();
        }
    }
}

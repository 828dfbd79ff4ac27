using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Resilience.Health;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Health;

/// <summary>What probes cost and say while dependencies hang: nothing that they could hang on themselves.</summary>
[Collection(AloneCollection.Name)]
public sealed class HungDependencyTests(ITestOutputHelper output)
{
    private const int PerSecond = 1000;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task DatabaseHung_AThousandProbesASecond_AllAnsweredQuickly_NoConnectionMore()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        await using var app = await ProbedApp.StartAsync(
            servers.All.SelectMany((server, i) => new[]
            {
                ($"Dependencies:payments-db:Postgres:Regions:{i}:Name", server.Region),
                ($"Dependencies:payments-db:Postgres:Regions:{i}:ConnectionString", server.ConnectionString),
            }));
        await UntilAsync(app, """{"status":"ready"}""");
        var connections = await ConnectionsAsync(servers.East);
        var control = Probe(app);

        await servers.East.HangAsync();
        await servers.West.HangAsync();
        await UntilAsync(app, """{"status":"degraded"}""");
        var hung = Probe(app);
        await servers.East.ResumeAsync();
        await servers.West.ResumeAsync();
        await UntilAsync(app, """{"status":"ready"}""");

        foreach (var (name, during, before) in new[] { ("management", hung.Management, control.Management), ("main", hung.Main, control.Main) })
        {
            var (p99, usual) = (ProbeResult.P99Milliseconds(during), ProbeResult.P99Milliseconds(before));
            output.WriteLine($"{name}: {during.Count} probes, p99 {p99:0.00} ms hung, {usual:0.00} ms healthy, longest {during.Max(result => result.Took).TotalMilliseconds:0.0} ms");
            Assert.All(during, result => Assert.Equal((200, """{"status":"degraded"}"""), (result.Status, result.Body)));

            // The machine's own noise is in both windows.
            Assert.True(p99 < Math.Max(5, 3 * usual), $"{name}: p99 is {p99} ms while the database hangs and {usual} ms while it does not");
        }

        Assert.InRange(await ConnectionsAsync(servers.East), 1, connections + 1);
    }

    [Fact]
    public async Task HttpDependencyBlackholed_OneCheckAtATime_HoweverManyProbes()
    {
        using var blackhole = new Blackhole();
        await using var app = await ProbedApp.StartAsync(
            [("Dependencies:api:Probe:Path", "/health"), ("Dependencies:api:Probe:Interval", "00:00:00.5"), ("Dependencies:api:Probe:Timeout", "00:00:00.2"), ("Dependencies:api:Probe:MaxInterval", "00:00:00.5")],
            builder => builder.Services.AddHttpClient("api", client => client.BaseAddress = new Uri($"http://{blackhole.Address}/")).AddDrDependency("api"));
        var monitor = app.App.Services.GetRequiredService<HealthMonitor>();

        var probes = Probe(app);

        Assert.All(probes.Management, result => Assert.Equal((503, """{"status":"waiting"}"""), (result.Status, result.Body)));
        var state = Assert.Single(monitor.All).State;
        Assert.Equal((CheckStatus.Unhealthy, "timeout"), (state.Status, state.Reason));
        Assert.InRange(state.FailuresInARow, 3, (int)(2 * Window / TimeSpan.FromSeconds(0.45)) + 2);
    }

    private static (IReadOnlyList<ProbeResult> Management, IReadOnlyList<ProbeResult> Main) Probe(ProbedApp app) =>
        (new Prober(app.Management, "/health/ready").Run(PerSecond / 2, Window), new Prober(app.Main, "/health/ready").Run(PerSecond / 2, Window));

    private static Task UntilAsync(ProbedApp app, string body) => Eventually.UntilAsync(
        () => new Prober(app.Management, "/health/ready").Once().Body == body, () => $"readiness is {new Prober(app.Management, "/health/ready").Once()}", default);

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

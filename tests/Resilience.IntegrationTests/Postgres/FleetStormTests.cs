using System.Globalization;
using Npgsql;
using Resilience.IntegrationTests.TestKit;
using Resilience.Postgres;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Postgres;

/// <summary>Two hundred processes, as far as a server can tell, lose their writer at the same moment and go to its successor.</summary>
[Collection(AloneCollection.Name)]
public sealed class FleetStormTests(ITestOutputHelper output)
{
    private const int Fleet = 200;
    private const int Callers = 3;
    private const double Rate = 0.25;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1 / Rate);

    /// <summary>Each call holds its connection for a second, so that every data source wants three and has one.</summary>
    private static readonly TimeSpan Held = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WriterDies_NothingFails_AndWithARateTheSuccessorIsAskedForNoMoreConnectionsThanThat(bool limited)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["max_connections"] = "1600", ["log_connections"] = "on" };
        await using var servers = await TwoRegionPostgres.StartAsync(new TwoRegionPostgresOptions
        {
            East = new PostgresServerOptions { Region = "us-east-1", Host = "127.0.1.1", Fsync = false, Settings = settings },
            West = new PostgresServerOptions { Region = "us-west-2", Host = "127.0.2.1", Fsync = false, Settings = settings },
        });
        var options = TwoRegionDatabase.Options(servers) with { WarmConnections = 1, MaxOpensPerSecond = limited ? Rate : null };
        var began = TimeProvider.System.GetTimestamp();
        var fleet = new List<RegionalDataSource>();
        for (var i = 0; i < Fleet; i++)
        {
            fleet.Add(RegionalDataSource.Create("payments-db", options));
            if (fleet.Count % 20 == 0)
            {
                await Task.WhenAll(fleet.TakeLast(20).Select((source, j) => source.ExecuteAsync($"start{fleet.Count}-{j}", (_, _, _) => Task.CompletedTask)));
            }
        }

        await WarmAsync(servers.West);
        output.WriteLine($"{Fleet} data sources ready after {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s");

        await servers.East.KillAsync();
        var since = await Sql.QueryAsync<DateTime>(servers.West, "SELECT clock_timestamp()");
        var killed = TimeProvider.System.GetTimestamp();
        var first = new TimeSpan[Fleet];
        var calls = Enumerable.Range(0, Fleet * Callers).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < 3; i++)
            {
                await fleet[caller % Fleet].ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"call{caller}-{i}"), HoldAsync);
                lock (first)
                {
                    first[caller % Fleet] = first[caller % Fleet] == default ? TimeProvider.System.GetElapsedTime(killed) : first[caller % Fleet];
                }
            }
        })).ToList();
        await servers.West.PromoteAsync();
        var promoted = TimeProvider.System.GetElapsedTime(killed);
        await Task.WhenAll(calls);
        var done = TimeProvider.System.GetElapsedTime(killed);
        var made = Connections(servers.West.Log, since.ToUniversalTime());

        output.WriteLine(
            $"{(limited ? $"{Rate}/s each" : "no limit")}: promoted {promoted.TotalSeconds:0.0} s after the kill; all {Fleet} had a commit after {first.Max().TotalSeconds:0.0} s (half of them after {first.Order().ElementAt(Fleet / 2).TotalSeconds:0.0} s), "
            + $"all {calls.Count * 3} calls done after {done.TotalSeconds:0.0} s, 0 failed");
        output.WriteLine(
            $"{made.Count} new connections at the new writer; at most {Most(made, TimeSpan.FromMilliseconds(100))} in 100 ms, {Most(made, TimeSpan.FromSeconds(1))} in 1 s, {Most(made, Interval)} in {Interval.TotalSeconds:0} s");
        foreach (var source in fleet)
        {
            await source.DisposeAsync();
        }

        if (limited)
        {
            // In one interval each makes one. In a shorter time it is as chance has it where each begins.
            Assert.InRange(Most(made, Interval), 0, (int)(Fleet * 1.1));
            Assert.InRange(Most(made, TimeSpan.FromSeconds(1)), 0, (int)(Fleet * Rate * 1.5));
        }
    }

    private static async Task HoldAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken ct)
    {
        await using var hold = new NpgsqlCommand("SELECT pg_sleep($1)", connection, transaction) { Parameters = { new() { Value = Held.TotalSeconds } } };
        await hold.ExecuteNonQueryAsync(ct);
    }

    private static Task WarmAsync(PostgresServer server) => Eventually.UntilAsync(
        async _ => await Sql.QueryAsync<long>(server, "SELECT count(*) FROM pg_stat_activity WHERE usename = 'app' AND application_name <> 'dr-monitor' AND pid <> pg_backend_pid()") >= Fleet,
        () => "the standby's connections are not warm",
        default,
        TimeSpan.FromSeconds(60));

    /// <summary>The moments of new connections of pools, by the server's own log.</summary>
    private static List<DateTime> Connections(string log, DateTime since) =>
    [
        .. log.Split('\n')
            .Where(line => line.Contains("connection authorized: user=app", StringComparison.Ordinal) && !line.Contains("dr-monitor", StringComparison.Ordinal))
            .Select(line => DateTime.ParseExact(line[..23], "yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal))
            .Where(at => at >= since)
            .Order(),
    ];

    private static int Most(List<DateTime> moments, TimeSpan window)
    {
        var (most, from) = (0, 0);
        for (var to = 0; to < moments.Count; to++)
        {
            while (moments[to] - moments[from] >= window)
            {
                from++;
            }

            most = Math.Max(most, to - from + 1);
        }

        return most;
    }
}

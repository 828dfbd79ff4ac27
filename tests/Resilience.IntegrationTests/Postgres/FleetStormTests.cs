using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;
using Resilience.IntegrationTests.TestKit;
using Resilience.Postgres;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Postgres;

/// <summary>Sixty processes, as far as a server can tell, lose their writer at the same moment and go to its successor.</summary>
[Trait(Nightly.Trait, Nightly.Value)]
[Collection(AloneCollection.Name)]
public sealed class FleetStormTests(ITestOutputHelper output)
{
    private const int Callers = 3;
    private const int CallsEach = 2;
    private const double Rate = 0.25;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1 / Rate);

    /// <summary>Each call holds its connection for a second, so that every data source wants three and has one.</summary>
    private static readonly TimeSpan Held = TimeSpan.FromSeconds(1);

    /// <summary>What it is without a limit is measured where somebody wants to compare.</summary>
    public static TheoryData<bool> Rows() => Environment.GetEnvironmentVariable("FLEET_COMPARE") is null ? [true] : [false, true];

    /// <summary>Set <c>FLEET</c> for another number: on two cores that run both servers and all of them, more are busy with each other alone.</summary>
    private static readonly int Fleet = int.Parse(Environment.GetEnvironmentVariable("FLEET") ?? "60", CultureInfo.InvariantCulture);

    [Theory]
    [MemberData(nameof(Rows))]
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
        try
        {
            while (fleet.Count < Fleet)
            {
                // One after the other: it is the switch that is measured, not the start.
                fleet.Add(RegionalDataSource.Create("payments-db", options));
                await fleet[^1].ExecuteAsync($"start{fleet.Count}", (_, _, _) => Task.CompletedTask);
            }

            await WarmAsync(servers.West);
            output.WriteLine($"{Fleet} data sources ready after {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s, cpu {Environment.CpuUsage.TotalTime.TotalSeconds:0.0} s");
            await SwitchAsync(fleet, servers, limited);
        }
        finally
        {
            await Task.WhenAll(fleet.Select(source => source.DisposeAsync().AsTask()));
        }
    }

    private async Task SwitchAsync(List<RegionalDataSource> fleet, TwoRegionPostgres servers, bool limited)
    {
        await servers.East.KillAsync();
        var since = await Sql.QueryAsync<DateTime>(servers.West, "SELECT clock_timestamp()");
        var killed = TimeProvider.System.GetTimestamp();
        var first = new ConcurrentDictionary<int, TimeSpan>();
        var failures = new ConcurrentQueue<Exception>();
        var calls = Enumerable.Range(0, Fleet * Callers).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < CallsEach; i++)
            {
                try
                {
                    await fleet[caller % Fleet].ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"call{caller}-{i}"), HoldAsync);
                    first.TryAdd(caller % Fleet, TimeProvider.System.GetElapsedTime(killed));
                }
                catch (Exception exception) when (exception is NpgsqlException or WriterUnavailableException or OutcomeUnknownException or TimeoutException)
                {
                    failures.Enqueue(exception);
                }
            }
        })).ToList();
        await servers.West.PromoteAsync();
        var promoted = TimeProvider.System.GetElapsedTime(killed);
        await Task.WhenAll(calls);
        var done = TimeProvider.System.GetElapsedTime(killed);
        var made = Connections(servers.West.Log, since.ToUniversalTime());

        output.WriteLine(
            $"{(limited ? $"{Rate}/s each" : "no limit")}: promoted {promoted.TotalSeconds:0.0} s after the kill; {first.Count} of {Fleet} had a commit after {first.Values.Max().TotalSeconds:0.0} s (half of them after {first.Values.Order().ElementAt(first.Count / 2).TotalSeconds:0.0} s), "
            + $"all {calls.Count * CallsEach} calls done after {done.TotalSeconds:0.0} s, {failures.Count} failed");
        output.WriteLine(
            $"{made.Count} new connections at the new writer; at most {Most(made, TimeSpan.FromMilliseconds(100))} in 100 ms, {Most(made, TimeSpan.FromSeconds(1))} in 1 s, {Most(made, Interval)} in {Interval.TotalSeconds:0} s");
        foreach (var failure in failures.Take(3))
        {
            output.WriteLine(failure.ToString());
        }

        if (limited)
        {
            Assert.Empty(failures);
            Assert.Equal(Fleet, first.Count);

            // In one interval each makes one. In a shorter time it is as chance has it where each begins.
            Assert.InRange(Most(made, Interval), 0, (int)(Fleet * 1.1));
            Assert.InRange(Most(made, TimeSpan.FromSeconds(1)), 0, (int)(Fleet * Rate * 2));
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

using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;
using Resilience.Postgres;
using Resilience.Regions;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Postgres;

public sealed class SwitchoverTests
{
    [Fact]
    public async Task OldWriterRestartsWritable_IsNotWrittenToAndSaidToBeFenced()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        await FailOverAsync(database);

        await database.East.RestartAsOldPrimaryAsync();
        await Eventually.UntilAsync(
            () => database.Source.Regions.Current.Topology["us-east-1"].Condition == Resilience.Regions.RegionCondition.Fenced, () => "not fenced", default);
        for (var i = 0; i < 20; i++)
        {
            await WriteAsync(database, $"after-{i}");
        }

        Assert.DoesNotContain(await TwoRegionDatabase.ReadAllAsync(database.East), row => row.Key.StartsWith("after", StringComparison.Ordinal));
        Assert.Equal(2, database.Source.Regions.Current.Topology.HighestTerm.Epoch);
    }

    [Fact]
    public async Task Failback_OldWriterRebuiltAndPromoted_NoCallFailsAndTheEpochRises()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        await FailOverAsync(database);
        await database.East.RebuildAsStandbyOfAsync(database.West);
        await database.East.WaitUntilStreamingAsync();

        using var stop = new CancellationTokenSource();
        var written = new ConcurrentBag<string>();
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var id = string.Create(CultureInfo.InvariantCulture, $"w{writer}-{i}");
                await WriteAsync(database, id);
                written.Add(id);
            }
        })).ToList();
        await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
        await database.West.KillAsync();
        await database.East.PromoteAsync();
        await Eventually.UntilAsync(() => database.Source.WriterRegion == "us-east-1", () => "no failback", default);
        await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
        await stop.CancelAsync();
        await Task.WhenAll(writers);

        Assert.Equal(3, database.Source.Regions.Current.Topology.HighestTerm.Epoch);
        Assert.All(await TwoRegionDatabase.ReadAllAsync(database.East), row => Assert.Equal(1, row.Value));
        Assert.Equal(2, database.Source.Failovers.Count);
    }

    [Fact]
    public async Task PromotionWhileTheOldWriterStillAnswers_IsFollowed()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        await database.West.WaitUntilCaughtUpAsync(database.East);
        await database.West.PromoteAsync();

        await Eventually.UntilAsync(() => database.Source.WriterRegion == "us-west-2", () => "not followed", default);
        await WriteAsync(database, "a");

        Assert.Contains("a", await TwoRegionDatabase.ReadAllAsync(database.West));
        var record = Assert.Single(database.Source.Failovers);
        Assert.Equal(("us-east-1", "us-west-2", 2L), (record.FromRegion, record.ToRegion, record.Epoch));
        Assert.Contains("epoch 1, timeline 1 is below", record.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WriterCrashesAndReturns_IsUsedAgainAndTheOutageIsOnRecord()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        var writing = new List<Task>();
        await database.East.KillAsync();
        for (var i = 0; i < 8; i++)
        {
            writing.Add(WriteAsync(database, $"during-{i}"));
        }

        await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System);
        await database.East.StartAsync();
        await Task.WhenAll(writing);

        var record = Assert.Single(database.Source.Failovers);
        Assert.Equal(("us-east-1", "us-east-1", 1L), (record.FromRegion, record.ToRegion, record.Epoch));
        Assert.NotNull(record.Rto);
        Assert.Equal(record.Rto, record.Detection + record.Validation + record.Decision + record.Switch + record.FirstSuccess);
    }

    [Fact]
    public async Task RawConnectionBreaks_WakesTheMonitorsAtOnce()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        await using var connection = await database.Source.OpenWriterAsync();
        await database.East.KillAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(async () =>
        {
            await using var command = new NpgsqlCommand("SELECT 1", connection);
            await command.ExecuteScalarAsync();
        });
        var broke = TimeProvider.System.GetTimestamp();

        await Eventually.UntilAsync(() => database.Source.WriterRegion is null, () => "still the writer", default);

        // A calm monitor would need up to a second.
        Assert.InRange(TimeProvider.System.GetElapsedTime(broke), TimeSpan.Zero, TimeSpan.FromMilliseconds(600));
    }

    [Fact]
    public async Task Reads_FollowStalenessAndSurviveTheWriter()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        await using var nearWest = RegionalDataSource.Create("payments-db", TwoRegionDatabase.Options(database.Servers), localRegion: "us-west-2");
        await WriteAsync(database, "a");
        await database.West.WaitUntilCaughtUpAsync(database.East);

        // Two probes of each region show that the standby has what the writer had.
        await Eventually.UntilAsync(async _ => await RegionAsync(nearWest, TimeSpan.FromSeconds(10)) == database.West.Port, () => "the fresh standby is not used", default);
        Assert.Equal(database.East.Port, await RegionAsync(nearWest, TimeSpan.Zero));

        await database.West.StallWalReceiverAsync();
        await Eventually.UntilAsync(
            async _ =>
            {
                await WriteAsync(database, Guid.NewGuid().ToString());
                return await RegionAsync(nearWest, TimeSpan.FromSeconds(2)) == database.East.Port;
            },
            () => "the stale standby is still used",
            default);

        await database.East.KillAsync();
        Assert.Equal(database.West.Port, await RegionAsync(nearWest, TimeSpan.FromMinutes(5)));
    }

    /// <summary>Right after the write only the writer will do; soon the near standby does; never one that has not got the write.</summary>
    [Fact]
    public async Task ReadToken_TheReaderHasTheWrite_FromTheWriterAtFirst_FromTheNearStandbySoon_NeverFromAStalledOne()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        await using var nearWest = RegionalDataSource.Create("payments-db", TwoRegionDatabase.Options(database.Servers), localRegion: "us-west-2");
        for (var i = 0; i < 20; i++)
        {
            await WriteAsync(database, $"own{i}");
            var token = await database.Source.GetReadTokenAsync();
            Assert.Equal(1, await CountAsync(nearWest, token, $"own{i}"));
        }

        var last = await database.Source.GetReadTokenAsync();
        await Eventually.UntilAsync(
            async ct =>
            {
                await using var reader = await nearWest.OpenReaderAsync(last, ct);
                return PortOf(reader) == database.West.Port;
            },
            () => "the standby is not used",
            default);
        Assert.Equal(1, await CountAsync(nearWest, last, "own19"));

        await database.West.StallWalReceiverAsync();
        await WriteAsync(database, "stalled");
        var late = await database.Source.GetReadTokenAsync();
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        Assert.Equal(1, await CountAsync(nearWest, late, "stalled"));

        // What the token stands for is lost with the writer: what the successor has is all there is.
        await database.East.KillAsync();
        await database.West.PromoteAsync();
        Assert.Equal(0, await CountAsync(nearWest, late, "stalled"));
        Assert.Equal(1, await CountAsync(nearWest, late, "own19"));
    }

    [Fact]
    public async Task ReadAsync_RegionDiesInTheMiddle_IsRunAgainElsewhere()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        await WriteAsync(database, "a");
        await database.West.WaitUntilCaughtUpAsync(database.East);
        await Eventually.UntilAsync(
            () => database.Source.Regions.Current.Topology["us-west-2"].FreshAsOf is not null, () => "freshness unknown", default);
        var runs = 0;

        var rows = await database.Source.ReadAsync(TimeSpan.FromMinutes(5), async (connection, ct) =>
        {
            if (++runs == 1)
            {
                await database.Servers.All.Single(server => server.Port == PortOf(connection)).KillAsync(ct);
            }

            await using var command = new NpgsqlCommand("SELECT count(*) FROM written", connection);
            return (long)(await command.ExecuteScalarAsync(ct))!;
        });

        Assert.Equal((1L, 2), (rows, runs));
    }

    [Fact]
    public async Task Failover_NothingLoggedHoldsAPassword()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        using var logs = new CapturedLogs();
        await using var source = RegionalDataSource.Create("payments-db", TwoRegionDatabase.Options(servers), loggerFactory: logs);
        await source.ExecuteAsync("op-1", (_, _, _) => Task.CompletedTask);
        await servers.East.KillAsync();
        await servers.West.PromoteAsync();
        await source.ExecuteAsync("op-2", (_, _, _) => Task.CompletedTask);

        var password = new NpgsqlConnectionStringBuilder(servers.East.ConnectionString).Password!;
        // Logs come after the switch, so that no log provider can hold it up.
        await Eventually.UntilAsync(() => logs.Lines.Any(line => line.Contains("Warning 1006", StringComparison.Ordinal)), () => "the switch is not logged", default);
        Assert.DoesNotContain(logs.Lines, line => line.Contains(password, StringComparison.Ordinal));
        Assert.DoesNotContain(password, source.ConnectionString, StringComparison.Ordinal);
    }

    private static async Task FailOverAsync(TwoRegionDatabase database)
    {
        await database.West.WaitUntilCaughtUpAsync(database.East);
        await database.East.KillAsync();
        await database.West.PromoteAsync();
        await Eventually.UntilAsync(() => database.Source.WriterRegion == "us-west-2", () => "no failover", default);
    }

    private static Task<long> CountAsync(RegionalDataSource source, ReadToken token, string id) => source.ReadAsync(token, async (connection, ct) =>
    {
        await using var command = new NpgsqlCommand("SELECT count(*) FROM written WHERE id = $1", connection) { Parameters = { new() { Value = id } } };
        return (long)(await command.ExecuteScalarAsync(ct))!;
    });

    private static Task<OperationOutcome> WriteAsync(TwoRegionDatabase database, string id) =>
        database.Source.ExecuteAsync(id, (c, t, ct) => TwoRegionDatabase.WriteAsync(c, t, id, ct));

    private static async Task<int> RegionAsync(RegionalDataSource source, TimeSpan maxStaleness)
    {
        await using var connection = await source.OpenReaderAsync(maxStaleness);
        return PortOf(connection);
    }

    private static int PortOf(NpgsqlConnection connection) => new NpgsqlConnectionStringBuilder(connection.ConnectionString).Port;
}

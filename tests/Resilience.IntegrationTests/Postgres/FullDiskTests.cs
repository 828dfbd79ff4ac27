using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Resilience.IntegrationTests.TestKit;
using Resilience.Postgres;
using Resilience.Regions;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Postgres;

/// <summary>A writer that answers every probe and has no room for a single row.</summary>
public sealed class FullDiskTests(ITestOutputHelper output)
{
    private readonly ConcurrentBag<string> _written = [];
    private readonly ConcurrentBag<Exception> _failed = [];

    [RootFact]
    public async Task WritersDiskIsFull_IsSaidWithoutFlapping_CallersWait_AndThePromotionIsFollowed()
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 32);
        await using var servers = await TwoRegionPostgres.StartAsync();
        await servers.East.MoveTablesAsync(disk);
        using var logs = new CapturedLogs();
        await using var source = RegionalDataSource.Create("payments-db", TwoRegionDatabase.Options(servers), loggerFactory: logs);
        await source.ExecuteAsync("table", CreateTableAsync);
        using var stop = new CancellationTokenSource();
        var writers = Write(source, stop.Token);
        await Eventually.UntilAsync(() => _written.Count > 50, () => "nothing is written", default);

        disk.Fill();
        await Eventually.UntilAsync(() => Diagnosed(source).Kind == WriterDiagnosis.PrimaryDown, () => $"{Diagnosed(source)}", default);
        Assert.Equal("'us-east-1' answers and refuses writes: its disk is full (53100)", Diagnosed(source).Evidence);
        var (others, until) = (0, TimeProvider.System.GetTimestamp());
        while (TimeProvider.System.GetElapsedTime(until) < TimeSpan.FromSeconds(6))
        {
            others += Diagnosed(source).Kind == WriterDiagnosis.PrimaryDown ? 0 : 1;
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        Assert.Equal((0, "us-east-1"), (others, source.WriterRegion));
        Assert.Single(logs.Lines, line => line.StartsWith("Warning 1001", StringComparison.Ordinal));
        Assert.Single(logs.Lines, line => line.StartsWith("Warning 1018", StringComparison.Ordinal));
        var refused = servers.East.Log.Split('\n').Count(line => line.Contains("could not extend file", StringComparison.Ordinal) && line.Contains("ERROR", StringComparison.Ordinal));
        output.WriteLine($"{_written.Count} written, {refused} refused in 6 s by 6 writers");
        Assert.InRange(refused, 1, 60);

        await servers.West.WaitUntilCaughtUpAsync(servers.East);
        await servers.West.PromoteAsync();
        await Eventually.UntilAsync(() => source.WriterRegion == "us-west-2", () => $"{Diagnosed(source)}", default);
        var before = _written.Count;
        await Eventually.UntilAsync(() => _written.Count > before + 50, () => "nothing is written", default);
        await stop.CancelAsync();
        await Task.WhenAll(writers);

        Assert.Empty(_failed);
        var record = Assert.Single(source.Failovers);
        output.WriteLine($"{record.FromRegion} to {record.ToRegion}: {record.Diagnosis}, {record.Evidence}; recovered after {record.Rto}");
        Assert.Equal(("us-west-2", WriterDiagnosis.PrimaryDown), (record.ToRegion, record.Diagnosis));
        Assert.Contains("its disk is full (53100)", record.Evidence, StringComparison.Ordinal);
        var found = await TwoRegionDatabase.ReadAllAsync(servers.West);
        Assert.All(found, row => Assert.Equal(1, row.Value));
        Assert.Empty(_written.Except(found.Keys));
    }

    [RootFact]
    public async Task ThereIsRoomAgain_TheWriterServes_AndIsWellAfterSomeSeconds()
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 32);
        await using var servers = await TwoRegionPostgres.StartAsync();
        await servers.East.MoveTablesAsync(disk);
        await using var source = RegionalDataSource.Create("payments-db", TwoRegionDatabase.Options(servers));
        await source.ExecuteAsync("table", CreateTableAsync);
        using var stop = new CancellationTokenSource();
        var writers = Write(source, stop.Token);
        var full = disk.Fill();
        await Eventually.UntilAsync(() => Diagnosed(source).Kind == WriterDiagnosis.PrimaryDown, () => $"{Diagnosed(source)}", default);

        full.Dispose();
        var before = _written.Count;
        await Eventually.UntilAsync(() => _written.Count > before + 50, () => "nothing is written", default);
        await Eventually.UntilAsync(() => Diagnosed(source).Kind == WriterDiagnosis.Healthy, () => $"{Diagnosed(source)}", default);
        await stop.CancelAsync();
        await Task.WhenAll(writers);

        Assert.Empty(_failed);
        Assert.Empty(source.Failovers);
    }

    [RootFact]
    public async Task NoRoomUntilTheDeadline_TheCallFailsWithTheReason()
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 32);
        await using var servers = await TwoRegionPostgres.StartAsync();
        await servers.East.MoveTablesAsync(disk);
        await using var source = RegionalDataSource.Create("payments-db", TwoRegionDatabase.Options(servers, TimeSpan.FromSeconds(3)));
        await source.ExecuteAsync("table", CreateTableAsync);
        disk.Fill();
        var began = TimeProvider.System.GetTimestamp();

        var exception = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            for (var i = 0; ; i++)
            {
                began = TimeProvider.System.GetTimestamp();
                await WriteAsync(source, $"until-{i}", CancellationToken.None);
            }
        });

        output.WriteLine(exception.Message);
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(8));
        Assert.True(exception is PostgresException { SqlState: "53100" } or WriterUnavailableException, $"{exception}");
        Assert.Contains(exception is WriterUnavailableException ? "its disk is full (53100)" : "could not extend file", exception.Message, StringComparison.Ordinal);
    }

    private List<Task> Write(RegionalDataSource source, CancellationToken stop) => [.. Enumerable.Range(0, 6).Select(writer => Task.Run(async () =>
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"w{writer}-{i}");
            try
            {
                await WriteAsync(source, id, CancellationToken.None);
                _written.Add(id);
            }
#pragma warning disable CA1031 // Every failure counts.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _failed.Add(exception);
            }
        }
    }))];

    /// <summary>Wide, so that the room in the last pages is used up soon.</summary>
    private static Task<OperationOutcome> WriteAsync(RegionalDataSource source, string id, CancellationToken ct) => source.ExecuteAsync(
        id,
        async (connection, transaction, token) =>
        {
            await using var insert = new NpgsqlCommand(
                "INSERT INTO written (id, region) VALUES ($1, repeat($1, 300)) ON CONFLICT (id) DO UPDATE SET times = written.times + 1", connection, transaction)
            {
                Parameters = { new() { Value = id } },
            };
            await insert.ExecuteNonQueryAsync(token);
        },
        ct);

    private static async Task CreateTableAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken ct)
    {
        await using var create = new NpgsqlCommand("CREATE TABLE written (id text PRIMARY KEY, times int NOT NULL DEFAULT 1, region text)", connection, transaction);
        await create.ExecuteNonQueryAsync(ct);
        await using var plain = new NpgsqlCommand("ALTER TABLE written ALTER COLUMN region SET STORAGE PLAIN", connection, transaction);
        await plain.ExecuteNonQueryAsync(ct);
    }

    private static Diagnosis Diagnosed(RegionalDataSource source) => source.Regions.Current.Topology.Diagnosis;
}

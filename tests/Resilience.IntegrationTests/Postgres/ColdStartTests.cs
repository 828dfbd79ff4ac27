using Resilience.IntegrationTests.TestKit;
using Resilience.Postgres;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Postgres;

public sealed class ColdStartTests
{
    [Fact]
    public async Task Start_WhileTheOldWriterIsDead_FindsTheNewOne()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        await database.West.WaitUntilCaughtUpAsync(database.East);
        await database.East.KillAsync();
        await database.West.PromoteAsync();

        await using var restarted = RegionalDataSource.Create("payments-db", TwoRegionDatabase.Options(database.Servers));
        Assert.Equal(OperationOutcome.Committed, await restarted.ExecuteAsync("op-1", (c, t, ct) => TwoRegionDatabase.WriteAsync(c, t, "a", ct)));
        Assert.Equal("us-west-2", restarted.WriterRegion);
    }

    [Fact]
    public async Task Start_WhileTheOldWriterIsBackAndBothAreWritable_PrefersTheNewOne()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        await database.West.WaitUntilCaughtUpAsync(database.East);
        await database.East.KillAsync();
        await database.West.PromoteAsync();
        await database.East.RestartAsOldPrimaryAsync();

        await using var restarted = RegionalDataSource.Create("payments-db", TwoRegionDatabase.Options(database.Servers), localRegion: "us-east-1");
        await using var connection = await restarted.OpenWriterAsync();

        Assert.Equal("us-west-2", restarted.WriterRegion);
        Assert.Equal(database.West.Port, new Npgsql.NpgsqlConnectionStringBuilder(connection.ConnectionString).Port);
    }

    /// <summary>The new writer cannot be asked, the old one is up and near: only what an earlier run has seen tells that it is old.</summary>
    [Fact]
    public async Task Start_OnlyTheOldWriterIsThere_TheTermOfAnEarlierRunKeepsWritesAway()
    {
        var folder = Directory.CreateTempSubdirectory("terms-").FullName;
        await using var servers = await TwoRegionPostgres.StartAsync();
        await using (var first = RegionalDataSource.Create("payments-db", TwoRegionDatabase.Options(servers), termFolder: folder))
        {
            await first.ExecuteAsync("before", (_, _, _) => Task.CompletedTask);
            await servers.West.WaitUntilCaughtUpAsync(servers.East);
            await servers.East.KillAsync();
            await servers.West.PromoteAsync();
            await first.ExecuteAsync("after", (_, _, _) => Task.CompletedTask);
        }

        await servers.West.KillAsync();
        await servers.East.RestartAsOldPrimaryAsync();
        await using var restarted = RegionalDataSource.Create(
            "payments-db", TwoRegionDatabase.Options(servers, TimeSpan.FromSeconds(2)), localRegion: "us-east-1", termFolder: folder);

        var refused = await Assert.ThrowsAsync<WriterUnavailableException>(() => restarted.ExecuteAsync("split", (_, _, _) => Task.CompletedTask));
        Assert.Contains("an earlier run or another replica saw epoch 2, timeline 2", refused.Message, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(folder, "term-payments-db.json"), refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, await Sql.QueryAsync<long>(servers.East, "SELECT count(*) FROM dr_resilience.operation WHERE operation_id <> 'before'"));

        await servers.West.StartAsync();
        Assert.Equal(OperationOutcome.Committed, await restarted.ExecuteAsync("split", (_, _, _) => Task.CompletedTask));
        Assert.Equal("us-west-2", restarted.WriterRegion);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Start_EveryRegionUnreachable_FailsAtTheDeadlineNamingEach_AndRecoversByItself()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        await servers.West.StopAsync();
        await servers.East.StopAsync();
        await using var source = RegionalDataSource.Create("payments-db", TwoRegionDatabase.Options(servers, TimeSpan.FromSeconds(1)));

        var began = TimeProvider.System.GetTimestamp();
        var exception = await Assert.ThrowsAsync<WriterUnavailableException>(() => source.OpenWriterAsync().AsTask());
        var took = TimeProvider.System.GetElapsedTime(began);

        Assert.InRange(took, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(5));
        Assert.True(exception.IsTransient);
        Assert.Contains($"Region 'us-east-1' (127.0.1.1:{servers.East.Port}): the connection was refused", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"Region 'us-west-2' (127.0.2.1:{servers.West.Port}): the connection was refused", exception.Message, StringComparison.Ordinal);

        await servers.East.StartAsync();
        await Eventually.UntilAsync(() => source.WriterRegion == "us-east-1", () => "no writer", default);
        await using var opened = await source.OpenWriterAsync();
    }

    [Fact]
    public async Task Open_CallerCancelsWhileWaiting_IsCancelledAtOnce()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        await servers.East.KillAsync();
        await using var source = RegionalDataSource.Create("payments-db", TwoRegionDatabase.Options(servers));
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(200), TimeProvider.System);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => source.OpenWriterAsync(cancel.Token).AsTask().WaitAsync(TimeSpan.FromSeconds(5), TimeProvider.System));
    }

    [Fact]
    public async Task Dispose_WhileCallersWait_EndsThem()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        await servers.East.KillAsync();
        var source = RegionalDataSource.Create("payments-db", TwoRegionDatabase.Options(servers));
        var waiting = source.OpenWriterAsync().AsTask();
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System);

        await source.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => source.OpenWriterAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System));
    }
}

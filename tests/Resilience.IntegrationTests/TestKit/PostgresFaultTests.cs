using System.Net.Sockets;
using Npgsql;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.TestKit;

public sealed class PostgresFaultTests
{
    private static readonly TimeProvider Clock = TimeProvider.System;

    [Fact]
    public async Task HangAsync_ConnectSucceedsButNoQueryAnswers_UntilResumed()
    {
        await using var server = await PostgresServer.StartPrimaryAsync();
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var open = await source.OpenConnectionAsync();

        await server.HangAsync();
        Assert.True(server.IsRunning);
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(server.Host, server.Port).WaitAsync(TimeSpan.FromSeconds(1), Clock);
        }

        await using var command = new NpgsqlCommand("SELECT 1", open);
        var query = command.ExecuteScalarAsync();
        await Assert.ThrowsAsync<TimeoutException>(() => query.WaitAsync(TimeSpan.FromSeconds(1), Clock));

        await server.ResumeAsync();
        Assert.Equal(1, await query.WaitAsync(TimeSpan.FromSeconds(10), Clock));
    }

    [Fact]
    public async Task StallWalReceiver_StandbyLagsWhileItAnswers_AndCatchesUpAfterwards()
    {
        await using var regions = await TwoRegionPostgres.StartAsync();
        await Sql.ExecuteAsync(regions.East, "CREATE TABLE t (id int)");
        await regions.West.WaitUntilCaughtUpAsync(regions.East);

        await regions.West.StallWalReceiverAsync();
        await Sql.ExecuteAsync(regions.East, "INSERT INTO t SELECT generate_series(1, 1000)");
        var lag = await Sql.QueryAsync<string>(regions.East, "SELECT pg_current_wal_lsn()::text");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
            await regions.West.WaitUntilCaughtUpAsync(regions.East, impatient.Token);
        });
        Assert.True(await Sql.QueryAsync<bool>(regions.West, $"SELECT pg_last_wal_replay_lsn() < '{lag}'::pg_lsn"));
        Assert.Equal(0L, await Sql.QueryAsync<long>(regions.West, "SELECT count(*) FROM t"));

        await regions.West.ResumeWalReceiverAsync();
        await regions.West.WaitUntilCaughtUpAsync(regions.East);
        Assert.Equal(1000L, await Sql.QueryAsync<long>(regions.West, "SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task PromoteAsync_StalledWalReceiverAndLivingPrimary_LosesExactlyWhatTheStallWithheld()
    {
        await using var regions = await TwoRegionPostgres.StartAsync();
        await Sql.ExecuteAsync(regions.East, "CREATE TABLE t (id int); INSERT INTO t VALUES (1)");
        await regions.West.WaitUntilCaughtUpAsync(regions.East);
        await regions.West.StallWalReceiverAsync();
        await Sql.ExecuteAsync(regions.East, "INSERT INTO t VALUES (2)");

        await regions.West.PromoteAsync();

        Assert.Equal(1L, await Sql.QueryAsync<long>(regions.West, "SELECT count(*) FROM t"));
        Assert.Equal(2L, await Sql.QueryAsync<long>(regions.East, "SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task SynchronousReplication_StalledStandby_CommitWaits()
    {
        await using var regions = await TwoRegionPostgres.StartAsync(new() { SynchronousReplication = true });
        await Sql.ExecuteAsync(regions.East, "CREATE TABLE t (id int)");
        await regions.West.StallWalReceiverAsync();

        var write = Sql.ExecuteAsync(regions.East, "INSERT INTO t VALUES (1)");
        await Assert.ThrowsAsync<TimeoutException>(() => write.WaitAsync(TimeSpan.FromSeconds(1), Clock));

        await regions.West.ResumeWalReceiverAsync();
        await write.WaitAsync(TimeSpan.FromSeconds(10), Clock);
    }

    [Fact]
    public async Task StopAndStart_KeepRoleAddressAndData()
    {
        await using var regions = await TwoRegionPostgres.StartAsync();
        await Sql.ExecuteAsync(regions.East, "CREATE TABLE t (id int)");
        var address = regions.West.ConnectionString;

        await regions.West.StopAsync();
        await regions.East.StopAsync();
        Assert.False(regions.East.IsRunning);
        await regions.East.StartAsync();
        await regions.West.StartAsync();
        await regions.West.WaitUntilStreamingAsync();

        Assert.Equal(address, regions.West.ConnectionString);
        Assert.True(await Sql.QueryAsync<bool>(regions.West, "SELECT pg_is_in_recovery()"));
        Assert.Equal(0L, await Sql.QueryAsync<long>(regions.West, "SELECT count(*) FROM t"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => regions.East.StartAsync());
    }

    [Fact]
    public async Task ThirdRegionAndForeignCluster_AreBuildingBlocks()
    {
        await using var regions = await TwoRegionPostgres.StartAsync(new()
        {
            East = new() { Region = "us-east-1", Host = "127.0.1.1", Fsync = false },
            West = new() { Region = "us-west-2", Host = "127.0.2.1", Fsync = false },
        });
        await using var third = await PostgresServer.StartStandbyOfAsync(
            regions.East, new() { Region = "eu-central-1", Host = "127.0.3.1", Fsync = false });
        await using var foreign = await PostgresServer.StartPrimaryAsync(new()
        {
            Region = "foreign",
            Fsync = false,
            Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["work_mem"] = "2MB" },
        });

        const string Identity = "SELECT system_identifier FROM pg_control_system()";
        Assert.Equal(await Sql.QueryAsync<long>(regions.West, Identity), await Sql.QueryAsync<long>(third, Identity));
        Assert.NotEqual(await Sql.QueryAsync<long>(regions.West, Identity), await Sql.QueryAsync<long>(foreign, Identity));
        Assert.Equal("2MB", await Sql.QueryAsync<string>(foreign, "SHOW work_mem"));

        // A rewind is impossible across clusters, so this also covers the full copy.
        await foreign.RebuildAsStandbyOfAsync(regions.East);
        Assert.Equal(await Sql.QueryAsync<long>(regions.East, Identity), await Sql.QueryAsync<long>(foreign, Identity));
    }
}

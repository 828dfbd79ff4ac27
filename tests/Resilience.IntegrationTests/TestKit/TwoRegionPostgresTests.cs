using System.Net.Sockets;
using Npgsql;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.TestKit;

public sealed class TwoRegionPostgresTests(ITestOutputHelper output)
{
    private static readonly TimeProvider Clock = TimeProvider.System;

    [Fact]
    public async Task StartAsync_Defaults_WriteInEastIsReadInWest()
    {
        var started = Clock.GetTimestamp();
        await using var regions = await TwoRegionPostgres.StartAsync();
        output.WriteLine($"two regions up in {Clock.GetElapsedTime(started).TotalSeconds:0.00} s");

        await Sql.ExecuteAsync(regions.East, "CREATE TABLE t (id int); INSERT INTO t VALUES (1)");
        await regions.West.WaitUntilCaughtUpAsync(regions.East);

        Assert.Equal(1L, await Sql.QueryAsync<long>(regions.West, "SELECT count(*) FROM t"));
        Assert.Equal(["us-east-1", "us-west-2"], regions.All.Select(r => r.Region));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => Sql.ExecuteAsync(regions.West, "INSERT INTO t VALUES (2)"));
        Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, refused.SqlState);
    }

    [Fact]
    public async Task AppRole_IsOrdinary()
    {
        await using var server = await PostgresServer.StartPrimaryAsync();

        Assert.False(await Sql.QueryAsync<bool>(server, "SELECT rolsuper OR rolreplication OR rolcreaterole FROM pg_roles WHERE rolname = current_user"));
        Assert.False(await Sql.QueryAsync<bool>(server, "SELECT pg_has_role(current_user, 'pg_monitor', 'MEMBER')"));
        var wrong = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Password = "wrong", Pooling = false }.ConnectionString;
        await using var connection = new NpgsqlConnection(wrong);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync());
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
    }

    [Fact]
    public async Task KillPromoteReturnRebuild_WholeStory_RolesAndTimelinesFollow()
    {
        await using var regions = await TwoRegionPostgres.StartAsync();
        var (east, west) = (regions.East, regions.West);
        await Sql.ExecuteAsync(east, "CREATE TABLE t (id int); INSERT INTO t VALUES (1)");
        await west.WaitUntilCaughtUpAsync(east);

        await Timed("kill", () => east.KillAsync());
        Assert.False(east.IsRunning);
        using (var client = new TcpClient())
        {
            await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(east.Host, east.Port));
        }

        await Timed("promote", () => west.PromoteAsync());
        await Sql.ExecuteAsync(west, "INSERT INTO t VALUES (2)");

        await Timed("restart as old primary", () => east.RestartAsOldPrimaryAsync());
        await Sql.ExecuteAsync(east, "INSERT INTO t VALUES (100)");
        Assert.Equal(1, await Sql.QueryAsync<int>(east, Sql.Timeline));
        Assert.Equal(2, await Sql.QueryAsync<int>(west, Sql.Timeline));

        var port = east.Port;
        await Timed("rebuild as standby", () => east.RebuildAsStandbyOfAsync(west));
        await Sql.ExecuteAsync(west, "INSERT INTO t VALUES (3)");
        await east.WaitUntilCaughtUpAsync(west);
        Assert.Equal(port, east.Port);
        Assert.Equal("1,2,3", await Sql.QueryAsync<string>(east, "SELECT string_agg(id::text, ',' ORDER BY id) FROM t"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => east.RestartAsOldPrimaryAsync());
    }

    private async Task Timed(string what, Func<Task> action)
    {
        var started = Clock.GetTimestamp();
        await action();
        output.WriteLine($"{what}: {Clock.GetElapsedTime(started).TotalMilliseconds:0} ms");
    }
}

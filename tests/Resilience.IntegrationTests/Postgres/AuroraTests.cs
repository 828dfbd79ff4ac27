using System.Text;
using System.Text.Json;
using Npgsql;
using Resilience.AspNetCore.Health;
using Resilience.IntegrationTests.TestKit;
using Resilience.Postgres;
using Resilience.Regions;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Postgres;

/// <summary>Aurora as a client sees it, on real servers: its own functions answer, and those of the log are refused.</summary>
public sealed class AuroraTests(ITestOutputHelper output)
{
    [Fact]
    public async Task GlobalDatabase_IsRecognised_ThePromotionIsFollowed_TheFormerWriterIsFencedByItsEpoch_TheExposureIsTheRpoLag()
    {
        await using var servers = await AuroraServers.StartAsync(isGlobal: true);
        await using var source = RegionalDataSource.Create("payments-db", TwoRegionDatabase.Options(servers));
        await source.ExecuteAsync("before", (_, _, _) => Task.CompletedTask);
        await FreshAsync(source);
        var topology = source.Regions.Current.Topology;
        Assert.Equal(new WriterTerm(1, 0), topology.HighestTerm);
        Assert.True(topology.SystemIdentifier > 0);
        Assert.Equal(("us-east-1", null), (topology["us-east-1"].Report!.Aurora!.AwsRegion, topology["us-east-1"].Report!.Timeline));
        Assert.Equal(TimeSpan.FromMilliseconds(917), topology["us-west-2"].Report!.Aurora!.Lag);
        var west = Health(source).GetProperty("regions").EnumerateArray().Single(region => region.GetProperty("name").GetString() == "us-west-2");
        Assert.Equal(1090, west.GetProperty("rpoLagMs").GetInt32());
        Assert.InRange(west.GetProperty("stalenessMs").GetInt32(), 917, 10_000);

        await servers.West.WaitUntilCaughtUpAsync(servers.East);
        await servers.East.KillAsync();
        await servers.West.PromoteAsync();
        Assert.Equal(OperationOutcome.Committed, await source.ExecuteAsync("after", (_, _, _) => Task.CompletedTask));

        var record = Assert.Single(source.Failovers);
        Assert.Equal(("us-east-1", "us-west-2", 2L, TimeSpan.FromMilliseconds(1090)), (record.FromRegion, record.ToRegion, record.Epoch, record.Exposure));
        Assert.DoesNotContain("timeline", source.Term, StringComparison.Ordinal);

        await servers.East.RestartAsOldPrimaryAsync();
        await Eventually.UntilAsync(() => source.Regions.Current.Topology["us-east-1"].Condition == RegionCondition.Fenced, () => Said(source), default);
        for (var i = 0; i < 20; i++)
        {
            await source.ExecuteAsync($"later-{i}", (_, _, _) => Task.CompletedTask);
        }

        Assert.Equal(0, await Sql.QueryAsync<long>(servers.East, "SELECT count(*) FROM dr_resilience.operation WHERE operation_id <> 'before'"));
        Assert.Equal(22, await Sql.QueryAsync<long>(servers.West, "SELECT count(*) FROM dr_resilience.operation"));
        NothingWasRefused(servers);
    }

    [Fact]
    public async Task GlobalDatabase_ReadsGoNearWhileItsLagIsSmall_ATokenIsServedByTheWriter()
    {
        await using var servers = await AuroraServers.StartAsync(isGlobal: true);
        await using var source = RegionalDataSource.Create("payments-db", TwoRegionDatabase.Options(servers), localRegion: "us-west-2");
        await source.ExecuteAsync("before", (_, _, _) => Task.CompletedTask);
        await UntilReadFromAsync(source, servers.West);

        await AuroraServers.SayGlobalAsync(servers.West, servers.East, rpo: 1090, durability: 900, visibility: 9000);
        await UntilReadFromAsync(source, servers.East);
        await AuroraServers.SayGlobalAsync(servers.West, servers.East, rpo: 1090, durability: 9000, visibility: 17);
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        Assert.Equal(servers.East.Port, await PortAsync(source, TimeSpan.FromSeconds(5)));
        await AuroraServers.SayGlobalAsync(servers.West, servers.East, rpo: 30, durability: 20, visibility: 17);
        await UntilReadFromAsync(source, servers.West);

        var token = await source.GetReadTokenAsync();
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        await using var reader = await source.OpenReaderAsync(token);
        Assert.Equal(servers.East.Port, PortOf(reader));
        Assert.True(ReadToken.TryParse(token.ToString(), out var parsed) && parsed == token);
        NothingWasRefused(servers);
    }

    [Fact]
    public async Task ClusterInOneRegion_IsRecognised_TheReaderServes_AndNothingIsExposed()
    {
        await using var servers = await AuroraServers.StartAsync(isGlobal: false);
        await using var source = RegionalDataSource.Create("payments-db", TwoRegionDatabase.Options(servers), localRegion: "us-west-2");
        await source.ExecuteAsync("before", (_, _, _) => Task.CompletedTask);
        await UntilReadFromAsync(source, servers.West);
        Assert.Equal((null, TimeSpan.FromMilliseconds(20)), (source.Regions.Current.Topology["us-west-2"].Report!.Aurora!.AwsRegion, source.Regions.Current.Topology["us-west-2"].Report!.Aurora!.Lag));
        await AuroraServers.SayClusterAsync(servers.West, servers.East, lag: 8000);
        await UntilReadFromAsync(source, servers.East);

        await servers.East.KillAsync();
        await Eventually.UntilAsync(() => source.WriterRegion is null, () => Said(source), default);
        await servers.West.PromoteAsync();
        await source.ExecuteAsync("after", (_, _, _) => Task.CompletedTask);

        Assert.Equal(TimeSpan.Zero, Assert.Single(source.Failovers).Exposure);
        NothingWasRefused(servers);
    }

    /// <summary>The approvals of a promotion are found by a process that comes after its claim, too, although the epoch has changed by then.</summary>
    [Fact]
    public async Task Approval_CountsForTheEpochThatIsLeft_AlsoForAProcessThatComesLate()
    {
        await using var servers = await AuroraServers.StartAsync(isGlobal: true);
        var options = TwoRegionDatabase.Options(servers) with { Switch = new SwitchOptions { Mode = SwitchMode.Approval } };
        await using var first = RegionalDataSource.Create("payments-db", options);
        await using var second = RegionalDataSource.Create("payments-db", options);
        await first.ExecuteAsync("before", (_, _, _) => Task.CompletedTask);
        await second.ExecuteAsync("before-2", (_, _, _) => Task.CompletedTask);
        await servers.West.WaitUntilCaughtUpAsync(servers.East);
        await servers.East.KillAsync();
        await servers.West.PromoteAsync();
        await Eventually.UntilAsync(() => first.SwitchStatus.Phase == "decision", () => $"{first.SwitchStatus}", default);
        await first.ApproveSwitchAsync("us-west-2", "alice");
        await first.ApproveSwitchAsync("us-west-2", "alice");
        await Eventually.UntilAsync(() => first.SwitchStatus.ApprovedBy is ["alice"], () => $"{first.SwitchStatus}", default);
        Assert.Null(first.WriterRegion);

        await first.ApproveSwitchAsync("us-west-2", "bob");
        Assert.Equal(OperationOutcome.Committed, await first.ExecuteAsync("after", (_, _, _) => Task.CompletedTask));
        Assert.Equal(OperationOutcome.Committed, await second.ExecuteAsync("after-2", (_, _, _) => Task.CompletedTask));
        Assert.Equal(["alice", "bob"], Assert.Single(first.Failovers).Approvals.Select(approval => approval.Principal).Order());
        Assert.Equal(["alice", "bob"], Assert.Single(second.Failovers).Approvals.Select(approval => approval.Principal).Order());
        Assert.Equal(1, await Sql.QueryAsync<int>(servers.West, "SELECT min(timeline) FROM dr_resilience.switch_approval"));
        NothingWasRefused(servers);
    }

    /// <summary>What a server is, is asked on each connection: an address may lead to another kind of server later.</summary>
    [Fact]
    public async Task ServerOfAnotherKindBehindTheSameAddress_IsRecognisedOnTheNextConnection()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        await using var source = RegionalDataSource.Create("payments-db", TwoRegionDatabase.Options(servers));
        await source.ExecuteAsync("before", (_, _, _) => Task.CompletedTask);
        Assert.Equal(1, source.Regions.Current.Topology["us-east-1"].Report!.Timeline);
        foreach (var server in servers.All)
        {
            Assert.DoesNotContain("ERROR", server.Log, StringComparison.Ordinal);
        }

        await AuroraServers.InstallAsync(servers, isGlobal: true);
        await Sql.ExecuteAsync(servers.West, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dr-monitor'");

        await Eventually.UntilAsync(
            () => source.Regions.Current.Topology["us-west-2"].Report is { Aurora: not null }, () => $"{source.Regions.Current.Topology["us-west-2"]}", default);
    }

    private static Task FreshAsync(RegionalDataSource source) =>
        Eventually.UntilAsync(() => source.Regions.Current.Topology["us-west-2"].FreshAsOf is not null, () => Said(source), default);

    private static Task UntilReadFromAsync(RegionalDataSource source, PostgresServer server) => Eventually.UntilAsync(
        async _ => await PortAsync(source, TimeSpan.FromSeconds(5)) == server.Port, () => $"not read from '{server.Region}': {source.Regions.Current.Topology["us-west-2"]}", default);

    private static async Task<int> PortAsync(RegionalDataSource source, TimeSpan maxStaleness)
    {
        await using var connection = await source.OpenReaderAsync(maxStaleness);
        return PortOf(connection);
    }

    private static int PortOf(NpgsqlConnection connection) => new NpgsqlConnectionStringBuilder(connection.ConnectionString).Port;

    private static JsonElement Health(RegionalDataSource source)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            DatabaseDetail.Write(json, source);
        }

        return JsonDocument.Parse(Encoding.UTF8.GetString(text.ToArray())).RootElement;
    }

    private static string Said(RegionalDataSource source) => $"{source.Regions.Current.Topology.Diagnosis} {source.Regions.Current.Topology["us-east-1"]} {source.Regions.Current.Topology["us-west-2"]}";

    /// <summary>On Aurora these are errors, each of which is a line in the server's log.</summary>
    private void NothingWasRefused(TwoRegionPostgres servers)
    {
        foreach (var line in servers.All.SelectMany(server => server.Log.Split('\n')).Where(line => line.Contains("ERROR", StringComparison.Ordinal)))
        {
            output.WriteLine(line);
        }

        Assert.All(servers.All, server => Assert.DoesNotContain("permission denied for function", server.Log, StringComparison.Ordinal));
    }
}

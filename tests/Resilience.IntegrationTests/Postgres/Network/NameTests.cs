using Npgsql;
using Resilience.IntegrationTests.TestKit;
using Resilience.Postgres;
using Resilience.Regions;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Postgres.Network;

/// <summary>Regions that are given by name, and a DNS that is late, silent, out of date or wrong. A name is a hint; the server says who it is.</summary>
[Trait(Nightly.Trait, Nightly.Value)]
[Collection(AloneCollection.Name)]
public sealed class NameTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Ours = "SELECT count(*) FROM dr_resilience.operation WHERE operation_id = 'moved'";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private NameServer? _names;
    private TwoRegionPostgres? _servers;

    private NameServer Names => _names!;

    private TwoRegionPostgres Servers => _servers!;

    public async Task InitializeAsync()
    {
        if (PrivateNetwork.Missing is null)
        {
            _names = NameServer.Start();
            _servers = await SharedPort.StartAsync();
            SayTheTruth();
        }
    }

    public async Task DisposeAsync()
    {
        if (_servers is not null)
        {
            await _servers.DisposeAsync();
            await _names!.DisposeAsync();
        }
    }

    /// <summary>The writer's name is gone: what is connected stays, and the promotion of another is followed.</summary>
    [NetworkTheory]
    [InlineData("NXDOMAIN")]
    [InlineData("SERVFAIL")]
    [InlineData("silence")]
    public async Task NameOfTheWriterIsGone_ConnectionsStay_AndAPromotionIsFollowed(string said)
    {
        var answer = said switch { "NXDOMAIN" => NameAnswer.NoSuchName, "SERVFAIL" => NameAnswer.ServerFailure, _ => NameAnswer.Silence };
        using var logs = new CapturedLogs();
        await using var source = RegionalDataSource.Create("payments-db", SharedPort.ByName(Servers, Patience), loggerFactory: logs);
        await CreateTableAsync(source);
        await using var load = new Load(source);

        // By then it has all the connections that it needs. One that is under way when the names go makes Npgsql give up all of them.
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);

        Names.Say(SharedPort.East, answer);
        var meanwhile = load.Done.Count;
        await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System);
        output.WriteLine($"{load.Done.Count - meanwhile} calls succeeded meanwhile");
        Assert.InRange(load.Done.Count, meanwhile + 100, int.MaxValue);
        Assert.DoesNotContain(logs.Lines, line => line.StartsWith("Error 1003", StringComparison.Ordinal));

        // The watch's own connection breaks and cannot be made anew. Nobody vouches for the writer then, but the others are kept.
        var before = await BackendsAsync(Servers.East);
        await using (await NetworkFault.ResetOneAsync(Servers.East.Host, Servers.East.Port, await PortOfTheMonitorAsync(Servers.East)))
        {
            await Eventually.UntilAsync(() => logs.Lines.Any(line => line.StartsWith("Error 1003", StringComparison.Ordinal)), () => "the writer is not missed", default);
        }

        output.WriteLine(logs.Lines.First(line => line.StartsWith("Error 1003", StringComparison.Ordinal)));
        SayTheTruth();
        await Eventually.UntilAsync(() => source.WriterRegion == "us-east-1", () => "the writer is not found again", default);
        var succeeded = load.Done.Count;
        await Eventually.UntilAsync(() => load.Done.Count > succeeded + 50, () => "no load", default);
        Assert.NotEmpty(before);
        Assert.Subset((await BackendsAsync(Servers.East)).ToHashSet(), before.ToHashSet());

        Names.Say(SharedPort.East, answer);
        await Servers.West.WaitUntilCaughtUpAsync(Servers.East);
        await Servers.East.KillAsync();
        await Servers.West.PromoteAsync();
        await Eventually.UntilAsync(() => source.WriterRegion == "us-west-2", () => "the promotion is not followed", default);
        await load.StopAsync();
        Assert.Empty(load.Failures);
    }

    /// <summary>Each look at the lost writer waits 1.5 s for its address; the other region is looked at as often as ever.</summary>
    [NetworkFact]
    public async Task NameOfTheWriterIsLate_TheOtherRegionIsFollowedAtOnce()
    {
        await using var source = RegionalDataSource.Create("payments-db", SharedPort.ByName(Servers, Patience));
        await CreateTableAsync(source);
        await using var load = new Load(source);
        await Eventually.UntilAsync(() => load.Done.Count > 100, () => "no load", default);

        Names.Say(SharedPort.East, NameAnswer.Address(Servers.East.Host) with { Delay = TimeSpan.FromSeconds(1.5) });
        await Servers.East.KillAsync();
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        await Servers.West.PromoteAsync();
        var promoted = TimeProvider.System.GetTimestamp();
        await Eventually.UntilAsync(() => source.WriterRegion == "us-west-2", () => "the promotion is not followed", default);
        var took = TimeProvider.System.GetElapsedTime(promoted);
        await load.StopAsync();

        output.WriteLine($"followed {took.TotalMilliseconds:0} ms after the promotion, slowest call {load.Slowest.TotalMilliseconds:0} ms, asked {Names.Asked(SharedPort.East)} times");
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.Empty(load.Failures);
    }

    /// <summary>The server is quick and the resolver is not: that counts against nobody.</summary>
    [NetworkFact]
    public async Task NamesAreSlow_TheWriterIsFoundAllTheSame()
    {
        var slow = TimeSpan.FromMilliseconds(800);
        Names.Say(SharedPort.East, NameAnswer.Address(Servers.East.Host) with { Delay = slow });
        Names.Say(SharedPort.West, NameAnswer.Address(Servers.West.Host) with { Delay = slow });
        var began = TimeProvider.System.GetTimestamp();
        await using var source = RegionalDataSource.Create("payments-db", SharedPort.ByName(Servers, Patience));
        await source.ExecuteAsync("first", (_, _, _) => Task.CompletedTask);
        output.WriteLine($"first call after {TimeProvider.System.GetElapsedTime(began).TotalMilliseconds:0} ms");

        began = TimeProvider.System.GetTimestamp();
        await EndEverybodyAsync(Servers.East);
        await source.ExecuteAsync("again", (_, _, _) => Task.CompletedTask);
        output.WriteLine($"once more after {TimeProvider.System.GetElapsedTime(began).TotalMilliseconds:0} ms");
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    /// <summary>After a promotion the new writer's name leads to the old one, which is up again; every connection has to be made anew.</summary>
    [NetworkFact]
    public async Task NameLeadsToTheFormerWriter_NothingIsWrittenThere_AndCallsGoOnWhenItIsRight()
    {
        await using var source = RegionalDataSource.Create("payments-db", SharedPort.ByName(Servers, TimeSpan.FromSeconds(2)));
        await source.ExecuteAsync("before", (_, _, _) => Task.CompletedTask);
        await Servers.West.WaitUntilCaughtUpAsync(Servers.East);
        await Servers.East.KillAsync();
        await Servers.West.PromoteAsync();
        await source.ExecuteAsync("after", (_, _, _) => Task.CompletedTask);
        await Servers.East.RestartAsOldPrimaryAsync();

        Names.Say(SharedPort.West, NameAnswer.Address(Servers.East.Host));
        await EndEverybodyAsync(Servers.West);
        var refused = await Assert.ThrowsAsync<WriterUnavailableException>(() => source.ExecuteAsync("moved", (_, _, _) => Task.CompletedTask));
        output.WriteLine(refused.Message);
        await Eventually.UntilAsync(
            () => source.Regions.Current.Topology["us-west-2"].Condition == RegionCondition.Fenced, () => $"{source.Regions.Current.Topology["us-west-2"]}", default);
        Assert.Equal(0, await Sql.QueryAsync<long>(Servers.East, Ours));
        Assert.Equal(1, await Sql.QueryAsync<long>(Servers.East, "SELECT epoch FROM dr_resilience.writer_epoch"));

        // The connections to the former writer that were made in error are with it still; it is stopped, as the runbook says.
        SayTheTruth();
        await Servers.East.KillAsync();
        await Eventually.UntilAsync(() => source.WriterRegion == "us-west-2", () => $"{source.Regions.Current.Topology["us-west-2"]}", default);
        Assert.Equal(OperationOutcome.Committed, await source.ExecuteAsync("moved", (_, _, _) => Task.CompletedTask));
        Assert.Equal(1, await Sql.QueryAsync<long>(Servers.West, Ours));
    }

    /// <summary>The standby's name leads to a server of another cluster with the same users and database; then the writer dies.</summary>
    [NetworkFact]
    public async Task NameLeadsToAnotherCluster_ItIsForeignAndNeverWrittenTo()
    {
        await using var foreign = await PostgresServer.StartPrimaryAsync(new PostgresServerOptions { Region = "foreign", Host = "127.0.3.1", Port = Servers.West.Port });
        await TakeThePasswordOfAsync(foreign, Servers.West);
        using var logs = new CapturedLogs();
        await using var source = RegionalDataSource.Create("payments-db", SharedPort.ByName(Servers, TimeSpan.FromSeconds(2)), loggerFactory: logs);
        await source.ExecuteAsync("before", (_, _, _) => Task.CompletedTask);

        Names.Say(SharedPort.West, NameAnswer.Address(foreign.Host));
        await EndEverybodyAsync(Servers.West);
        await Eventually.UntilAsync(
            () => source.Regions.Current.Topology["us-west-2"].Condition == RegionCondition.Foreign, () => $"{source.Regions.Current.Topology["us-west-2"]}", default);
        Assert.Contains(logs.Lines, line => line.StartsWith("Error 1013", StringComparison.Ordinal) && line.Contains("another cluster", StringComparison.Ordinal));
        await source.ExecuteAsync("meanwhile", (_, _, _) => Task.CompletedTask);
        await Servers.West.WaitUntilCaughtUpAsync(Servers.East);

        await Servers.East.KillAsync();
        var refused = await Assert.ThrowsAsync<WriterUnavailableException>(() => source.ExecuteAsync("moved", (_, _, _) => Task.CompletedTask));
        output.WriteLine(refused.Message);
        Assert.True(await HasNothingOfOursAsync(foreign));

        SayTheTruth();
        await Servers.West.PromoteAsync();
        await EndEverybodyAsync(foreign);
        await Eventually.UntilAsync(() => source.WriterRegion == "us-west-2", () => $"{source.Regions.Current.Topology["us-west-2"]}", default);
        Assert.Equal(OperationOutcome.Committed, await source.ExecuteAsync("moved", (_, _, _) => Task.CompletedTask));
        Assert.Equal(1, await Sql.QueryAsync<long>(Servers.West, Ours));
        Assert.True(await HasNothingOfOursAsync(foreign));
    }

    /// <summary>Nobody answers for any name, and every connection has to be made anew; or the process has just started.</summary>
    [NetworkTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task NobodyAnswersForNames_CallsEndByTheirDeadline_AndGoOnAfterwards(bool atStart)
    {
        var patience = TimeSpan.FromSeconds(2);
        if (atStart)
        {
            SayNothing();
        }

        await using var source = RegionalDataSource.Create("payments-db", SharedPort.ByName(Servers, patience));
        if (!atStart)
        {
            await source.ExecuteAsync("before", (_, _, _) => Task.CompletedTask);
            SayNothing();
            await EndEverybodyAsync(Servers.East);
            await EndEverybodyAsync(Servers.West);
        }

        using var stop = new CancellationTokenSource();
        var starving = WatchThreadPoolAsync(stop.Token);
        var began = TimeProvider.System.GetTimestamp();
        var calls = Enumerable.Range(0, 16).Select(i => Assert.ThrowsAsync<WriterUnavailableException>(() => source.ExecuteAsync($"call-{i}", (_, _, _) => Task.CompletedTask))).ToList();
        var refused = await Task.WhenAll(calls);
        var took = TimeProvider.System.GetElapsedTime(began);
        output.WriteLine($"ended after {took.TotalMilliseconds:0} ms: {refused[0].Message}");
        Assert.InRange(took, TimeSpan.Zero, patience + TimeSpan.FromSeconds(1.5));

        // As an outage of the DNS goes on, lookups that nobody waits for any more must not pile up on the thread pool.
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System);
        await stop.CancelAsync();
        var longest = await starving;
        output.WriteLine($"the thread pool kept its work waiting for {longest.TotalMilliseconds:0} ms at most");
        Assert.InRange(longest, TimeSpan.Zero, TimeSpan.FromSeconds(1));

        SayTheTruth();
        var healed = TimeProvider.System.GetTimestamp();
        await Eventually.UntilAsync(() => source.WriterRegion == "us-east-1", () => $"{source.Regions.Current.Topology["us-east-1"]}", default);
        await source.ExecuteAsync("after", (_, _, _) => Task.CompletedTask);
        output.WriteLine($"a call succeeded {TimeProvider.System.GetElapsedTime(healed).TotalMilliseconds:0} ms after names were answered again");
    }

    private void SayTheTruth()
    {
        Names.Say(SharedPort.East, NameAnswer.Address(Servers.East.Host));
        Names.Say(SharedPort.West, NameAnswer.Address(Servers.West.Host));
    }

    private void SayNothing()
    {
        Names.Say(SharedPort.East, NameAnswer.Silence);
        Names.Say(SharedPort.West, NameAnswer.Silence);
    }

    /// <summary>How long work waited for a thread at most.</summary>
    private static async Task<TimeSpan> WatchThreadPoolAsync(CancellationToken stop)
    {
        var longest = TimeSpan.Zero;
        while (!stop.IsCancellationRequested)
        {
            var queued = TimeProvider.System.GetTimestamp();
            var waited = await Task.Run(() => TimeProvider.System.GetElapsedTime(queued), CancellationToken.None);
            longest = waited > longest ? waited : longest;
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return longest;
    }

    private static async Task CreateTableAsync(RegionalDataSource source)
    {
        await using var connection = await source.OpenWriterAsync();
        await using var create = new NpgsqlCommand("CREATE TABLE written (id text PRIMARY KEY, times int NOT NULL DEFAULT 1)", connection);
        await create.ExecuteNonQueryAsync();
    }

    private static async Task TakeThePasswordOfAsync(PostgresServer server, PostgresServer other)
    {
        await using var admin = NpgsqlDataSource.Create(server.AdminConnectionString);
        await using var alter = admin.CreateCommand($"ALTER ROLE app PASSWORD '{new NpgsqlConnectionStringBuilder(other.ConnectionString).Password}'");
        await alter.ExecuteNonQueryAsync();
    }

    private static async Task<bool> HasNothingOfOursAsync(PostgresServer server)
    {
        await using var admin = NpgsqlDataSource.Create(server.AdminConnectionString);
        await using var look = admin.CreateCommand("SELECT to_regnamespace('dr_resilience') IS NULL");
        return (bool)(await look.ExecuteScalarAsync())!;
    }

    private static async Task<int> PortOfTheMonitorAsync(PostgresServer server)
    {
        await using var admin = NpgsqlDataSource.Create(server.AdminConnectionString);
        await using var look = admin.CreateCommand("SELECT client_port FROM pg_stat_activity WHERE application_name LIKE '%dr-monitor'");
        return (int)(await look.ExecuteScalarAsync())!;
    }

    private static async Task EndEverybodyAsync(PostgresServer server)
    {
        await using var admin = NpgsqlDataSource.Create(server.AdminConnectionString);
        await using var end = admin.CreateCommand("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'");
        await end.ExecuteNonQueryAsync();
    }

    private static async Task<IReadOnlyList<int>> BackendsAsync(PostgresServer server)
    {
        await using var admin = NpgsqlDataSource.Create(server.AdminConnectionString);
        await using var list = admin.CreateCommand("SELECT pid FROM pg_stat_activity WHERE usename = 'app' AND application_name NOT LIKE '%dr-monitor'");
        await using var reader = await list.ExecuteReaderAsync();
        var pids = new List<int>();
        while (await reader.ReadAsync())
        {
            pids.Add(reader.GetInt32(0));
        }

        return pids;
    }
}

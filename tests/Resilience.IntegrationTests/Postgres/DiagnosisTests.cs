using System.Net;
using Npgsql;
using Resilience.IntegrationTests.Health;
using Resilience.IntegrationTests.TestKit;
using Resilience.Postgres;
using Resilience.Regions;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Postgres;

/// <summary>What the SDK says is the matter, on real servers.</summary>
public sealed class DiagnosisTests(ITestOutputHelper output)
{
    /// <summary>The network between this process and the writer is gone; the writer serves everybody else.</summary>
    [Fact]
    public async Task CutOffFromAHealthyWriter_IsSaid_NothingIsSwitched_OneLineEachWay()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        using var relay = new Relay(new IPEndPoint(IPAddress.Parse(new NpgsqlConnectionStringBuilder(servers.East.ConnectionString).Host!), servers.East.Port));
        var throughRelay = new NpgsqlConnectionStringBuilder(servers.East.ConnectionString) { Host = "127.0.0.1", Port = relay.Address.Port }.ConnectionString;
        using var logs = new CapturedLogs();
        await using var source = RegionalDataSource.Create(
            "payments-db",
            new PostgresOptions
            {
                Regions = [new() { Name = "us-east-1", ConnectionString = throughRelay }, new() { Name = "us-west-2", ConnectionString = servers.West.ConnectionString }],
            },
            loggerFactory: logs);
        await source.ExecuteAsync("before", (_, _, _) => Task.CompletedTask);
        await Eventually.UntilAsync(() => Kind(source) == WriterDiagnosis.Healthy, () => Said(source), default);
        using var stop = new CancellationTokenSource();
        var others = WriteAsOthersDoAsync(servers.East, stop.Token);

        relay.Vanish();
        await Eventually.UntilAsync(() => Kind(source) == WriterDiagnosis.LocalPartition, () => Said(source), default);
        output.WriteLine(Said(source));
        Assert.Contains("'us-west-2' has received changes from it since", source.Regions.Current.Topology.Diagnosis.Evidence, StringComparison.Ordinal);
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System);
        Assert.Equal(WriterDiagnosis.LocalPartition, Kind(source));

        relay.Return();
        Assert.Equal(OperationOutcome.Committed, await source.ExecuteAsync("after", (_, _, _) => Task.CompletedTask));
        await Eventually.UntilAsync(() => Kind(source) == WriterDiagnosis.Healthy, () => Said(source), default);
        await stop.CancelAsync();
        await others;
        var record = Assert.Single(source.Failovers);
        Assert.Equal(("us-east-1", "us-east-1", WriterDiagnosis.LocalPartition), (record.FromRegion, record.ToRegion, record.Diagnosis));
        Assert.InRange(logs.Lines.Count(line => line.StartsWith("Warning 1018", StringComparison.Ordinal)), 1, 2);
    }

    [Fact]
    public async Task OldWriterReturns_AlarmWithinThreeSeconds_ClearedWhenItIsStopped()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        using var logs = new CapturedLogs();
        await using var source = RegionalDataSource.Create("payments-db", TwoRegionDatabase.Options(servers), loggerFactory: logs);
        await source.ExecuteAsync("before", (_, _, _) => Task.CompletedTask);
        await servers.West.WaitUntilCaughtUpAsync(servers.East);
        await servers.East.KillAsync();
        await Eventually.UntilAsync(() => Kind(source) == WriterDiagnosis.PrimaryDown, () => Said(source), default);
        await servers.West.PromoteAsync();
        await source.ExecuteAsync("after", (_, _, _) => Task.CompletedTask);
        Assert.Equal(WriterDiagnosis.PrimaryDown, Assert.Single(source.Failovers).Diagnosis);

        await servers.East.RestartAsOldPrimaryAsync();
        var began = TimeProvider.System.GetTimestamp();
        await Eventually.UntilAsync(() => Kind(source) == WriterDiagnosis.SplitBrain, () => Said(source), default);
        var took = TimeProvider.System.GetElapsedTime(began);
        output.WriteLine($"alarm after {took.TotalSeconds:0.00} s: {Said(source)}");
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(3));
        await Eventually.UntilAsync(() => logs.Lines.Any(line => line.StartsWith("Critical 1016", StringComparison.Ordinal)), () => "no alarm", default);

        await servers.East.KillAsync();
        await Eventually.UntilAsync(() => logs.Lines.Any(line => line.StartsWith("Warning 1017", StringComparison.Ordinal)), () => Said(source), default);
        Assert.Equal(WriterDiagnosis.Healthy, Kind(source));
        Assert.Single(logs.Lines, line => line.StartsWith("Critical 1016", StringComparison.Ordinal));
    }

    private static WriterDiagnosis Kind(RegionalDataSource source) => source.Regions.Current.Topology.Diagnosis.Kind;

    private static string Said(RegionalDataSource source) => $"{source.Regions.Current.Topology.Diagnosis}";

    private static async Task WriteAsOthersDoAsync(PostgresServer server, CancellationToken stop)
    {
        await Sql.ExecuteAsync(server, "CREATE TABLE others (at timestamptz)");
        await using var other = NpgsqlDataSource.Create(server.ConnectionString);
        while (!stop.IsCancellationRequested)
        {
            await using var insert = other.CreateCommand("INSERT INTO others VALUES (now())");
            await insert.ExecuteNonQueryAsync(CancellationToken.None);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

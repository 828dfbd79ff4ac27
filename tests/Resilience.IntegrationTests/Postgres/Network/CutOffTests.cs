using Npgsql;
using Resilience.IntegrationTests.TestKit;
using Resilience.Postgres;
using Resilience.Regions;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Postgres.Network;

/// <summary>This process is cut off while all servers are well and serve everybody else, again and again.</summary>
[Trait(Nightly.Trait, Nightly.Value)]
public sealed class CutOffTests(ITestOutputHelper output)
{
    private const int Times = 5;

    [NetworkTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task LocalPartition_FlappingNetwork_IsSaidOnceEachTime_AndNothingIsSwitched(bool fromEverything)
    {
        await using var servers = await SharedPort.StartAsync();
        using var logs = new CapturedLogs();
        await using var source = RegionalDataSource.Create("payments-db", TwoRegionDatabase.Options(servers), loggerFactory: logs);
        await source.ExecuteAsync("before", (_, _, _) => Task.CompletedTask);
        await Sql.ExecuteAsync(servers.East, "CREATE TABLE others (at timestamptz)");
        await Eventually.UntilAsync(() => Kind(source) == WriterDiagnosis.Healthy, () => Said(source), default);
        using var stop = new CancellationTokenSource();
        var others = WriteAsOthersDoAsync(servers.East, stop.Token);

        for (var i = 1; i <= Times; i++)
        {
            var began = TimeProvider.System.GetTimestamp();
            Task<OperationOutcome> waiting;
            await using (await NetworkFault.BlackholeAsync(servers.East.Host, servers.East.Port))
            await using (fromEverything ? await NetworkFault.BlackholeAsync(servers.West.Host, servers.West.Port) : null)
            {
                waiting = source.ExecuteAsync($"during-{i}", (_, _, _) => Task.CompletedTask);
                await Eventually.UntilAsync(() => Kind(source) == WriterDiagnosis.LocalPartition, () => Said(source), default);
                output.WriteLine($"said after {TimeProvider.System.GetElapsedTime(began).TotalMilliseconds:0} ms: {Said(source)}");
                await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
                Assert.Equal(WriterDiagnosis.LocalPartition, Kind(source));
            }

            var healed = TimeProvider.System.GetTimestamp();
            Assert.Equal(OperationOutcome.Committed, await source.ExecuteAsync($"after-{i}", (_, _, _) => Task.CompletedTask));
            output.WriteLine($"a call succeeded {TimeProvider.System.GetElapsedTime(healed).TotalMilliseconds:0} ms after healing");
            Assert.Equal(OperationOutcome.Committed, await waiting);
            output.WriteLine($"the one that had been under way succeeded {TimeProvider.System.GetElapsedTime(healed).TotalMilliseconds:0} ms after healing");
            await Eventually.UntilAsync(() => Kind(source) == WriterDiagnosis.Healthy, () => Said(source), default);
        }

        await stop.CancelAsync();
        await others;
        Assert.Equal(Times, source.Failovers.Count);
        Assert.All(source.Failovers, record => Assert.Equal(("us-east-1", "us-east-1", WriterDiagnosis.LocalPartition), (record.FromRegion, record.ToRegion, record.Diagnosis)));
        Assert.Equal(2 * Times + 1, await Sql.QueryAsync<long>(servers.East, "SELECT count(*) FROM dr_resilience.operation"));

        // In doubt, lost, cut off: three a time, and never another verdict in between.
        var alarms = logs.Lines.Where(line => line.StartsWith("Warning", StringComparison.Ordinal) || line.StartsWith("Error", StringComparison.Ordinal)).ToList();
        output.WriteLine(string.Join('\n', alarms));
        Assert.Equal(Times, alarms.Count(line => line.StartsWith("Warning 1018", StringComparison.Ordinal)));
        Assert.DoesNotContain(alarms, line => line.Contains(nameof(WriterDiagnosis.PrimaryDown), StringComparison.Ordinal));
        Assert.InRange(alarms.Count, 3 * Times, 4 * Times);
    }

    private static WriterDiagnosis Kind(RegionalDataSource source) => source.Regions.Current.Topology.Diagnosis.Kind;

    private static string Said(RegionalDataSource source) => $"{source.Regions.Current.Topology.Diagnosis}";

    private static async Task WriteAsOthersDoAsync(PostgresServer server, CancellationToken stop)
    {
        await using var other = NpgsqlDataSource.Create(SharedPort.AsOthersDo(server));
        while (!stop.IsCancellationRequested)
        {
            await using var insert = other.CreateCommand("INSERT INTO others VALUES (now())");
            await insert.ExecuteNonQueryAsync(CancellationToken.None);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

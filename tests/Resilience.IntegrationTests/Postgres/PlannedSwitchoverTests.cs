using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Resilience.Postgres;
using Resilience.Regions;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Postgres;

/// <summary>Somebody moves the writes on purpose: what is under way finishes where it began, new work waits and goes to the new writer.</summary>
[Collection(AloneCollection.Name)]
public sealed class PlannedSwitchoverTests(ITestOutputHelper output)
{
    private const int Clients = 16;
    private const int LongOnes = 3;
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(2);

    /// <summary>Set <c>REGION_ROUNDS</c> for more than one switchover, back and forth.</summary>
    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("REGION_ROUNDS") ?? "1", CultureInfo.InvariantCulture);

    [Fact]
    public async Task UnderLoad_NothingFails_NothingIsLost_NothingIsDoneTwice_AndLongWorkEndsWhereItBegan()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        var (from, to) = (database.East, database.West);
        var committed = new ConcurrentDictionary<string, bool>();
        var moments = new ConcurrentBag<long>();
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var id = string.Create(CultureInfo.InvariantCulture, $"c{client}-{i}");
                await WriteAsync(database.Source, id);
                committed[id] = true;
                moments.Add(TimeProvider.System.GetTimestamp());
            }
        })).ToList();
        for (var round = 0; round < Rounds; round++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
            var long1 = await BeginLongOnesAsync(database.Source, from, round);
            var began = TimeProvider.System.GetTimestamp();
            var drained = await PlannedSwitchover.RunAsync(from, to);
            var ports = await Task.WhenAll(long1);
            await Eventually.UntilAsync(() => moments.Max() > began && database.Source.WriterRegion == to.Region, () => "writes do not move", default);
            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
            var record = database.Source.Failovers[^1];

            output.WriteLine(
                $"{from.Region} to {to.Region}: in flight waited for {drained.TotalMilliseconds:0} ms, longest pause without a commit {Pause(moments, began).TotalMilliseconds:0} ms, "
                + $"promotion seen to first success {(record.FirstSuccessAt - record.PromotionSeenAt)?.TotalMilliseconds:0} ms, RTO {record.Rto?.TotalMilliseconds:0} ms");
            Assert.All(ports, port => Assert.Equal(from.Port, port));
            Assert.Equal((from.Region, to.Region, true, WriterDiagnosis.PlannedSwitchover), (record.FromRegion, record.ToRegion, record.IsPlanned, record.Diagnosis));
            Assert.Contains("set read-only", record.Reason, StringComparison.Ordinal);
            Assert.Null(record.Exposure);
            await from.RebuildAsStandbyOfAsync(to);
            (from, to) = (to, from);
        }

        await stop.CancelAsync();
        await Task.WhenAll(clients);

        var rows = await TwoRegionDatabase.ReadAllAsync(from);
        output.WriteLine($"{committed.Count} calls, {rows.Count} rows; {Rounds} switchovers; failed 0");
        Assert.Empty(committed.Keys.Except(rows.Keys));
        Assert.All(rows, row => Assert.Equal(1, row.Value));
        Assert.Equal(Rounds, database.Source.Failovers.Count);
        Assert.Equal(Rounds + 1, database.Source.Regions.Current.Topology.HighestTerm.Epoch);
    }

    /// <summary>Work that is not done when the other is promoted ends with the reign and is done again there, never on the former.</summary>
    [Fact]
    public async Task PromotedBeforeTheWorkIsDone_ItIsDoneAgainThere_AndNotOnTheFormer()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        await database.West.WaitUntilCaughtUpAsync(database.East);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ports = new List<int>();
        var working = database.Source.ExecuteAsync("op", async (connection, transaction, ct) =>
        {
            ports.Add(connection.Port);
            await TwoRegionDatabase.WriteAsync(connection, transaction, "row", ct);
            if (ports.Count == 1)
            {
                // It does not heed its token.
                await goOn.Task;
            }
        });
        await Eventually.UntilAsync(() => ports.Count == 1, () => "not begun", default);
        await database.East.SetAsync("default_transaction_read_only", "on");
        await Eventually.UntilAsync(() => database.Source.WriterRegion is null, () => "not noticed", default);
        Assert.Equal((WriterDiagnosis.PlannedSwitchover, false), (database.Source.SwitchStatus.Diagnosis, working.IsCompleted));

        await database.West.PromoteAsync();
        await Eventually.UntilAsync(() => database.Source.WriterRegion == "us-west-2", () => "not followed", default);
        goOn.SetResult();

        Assert.Equal(OperationOutcome.Committed, await working);
        Assert.Equal([database.East.Port, database.West.Port], ports);
        Assert.DoesNotContain("row", (await TwoRegionDatabase.ReadAllAsync(database.East)).Keys);
        Assert.Equal(1, (await TwoRegionDatabase.ReadAllAsync(database.West))["row"]);
    }

    /// <summary>The runbook's rollback: the server is set back before anything was promoted.</summary>
    [Fact]
    public async Task SetBack_WritesGoOnThere_AndTheRecordSaysThatNothingFailed()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        await database.East.SetAsync("default_transaction_read_only", "on");
        var waiting = WriteAsync(database.Source, "waits");
        await Eventually.UntilAsync(() => database.Source.WriterRegion is null, () => "not noticed", default);
        await database.East.SetAsync("default_transaction_read_only", "off");

        // It may have been through before its session had heard of the setting.
        Assert.Equal(OperationOutcome.Committed, await waiting);
        await Eventually.UntilAsync(() => database.Source.Failovers.Count > 0, () => "no record", default);
        var record = Assert.Single(database.Source.Failovers);
        Assert.Equal(("us-east-1", "us-east-1", true), (record.FromRegion, record.ToRegion, record.IsPlanned));
    }

    private static async Task<List<Task<int>>> BeginLongOnesAsync(RegionalDataSource source, PostgresServer from, int round)
    {
        using var begun = new CountdownEvent(LongOnes);
        var working = Enumerable.Range(0, LongOnes).Select(i => Task.Run(async () =>
        {
            var port = 0;
            var id = string.Create(CultureInfo.InvariantCulture, $"long{round}-{i}");
            await source.ExecuteAsync(id, async (connection, transaction, ct) =>
            {
                await TwoRegionDatabase.WriteAsync(connection, transaction, id, ct);
                if (!begun.IsSet)
                {
                    begun.Signal();
                }

                await Task.Delay(Long, TimeProvider.System, ct);
                await TwoRegionDatabase.WriteAsync(connection, transaction, $"{id}-end", ct);
                port = connection.Port;
            });
            return port;
        })).ToList();
        await Eventually.UntilAsync(() => begun.IsSet, () => $"long work has not begun on {from.Region}", default);
        return working;
    }

    /// <summary>The longest time between two commits after a moment.</summary>
    private static TimeSpan Pause(IEnumerable<long> moments, long after)
    {
        var sorted = moments.Where(moment => moment >= after).Prepend(after).Order().ToList();
        return sorted.Zip(sorted.Skip(1), (first, second) => Stopwatch.GetElapsedTime(first, second)).Max();
    }

    private static Task<OperationOutcome> WriteAsync(RegionalDataSource source, string id) =>
        source.ExecuteAsync(id, (connection, transaction, ct) => TwoRegionDatabase.WriteAsync(connection, transaction, id, ct));
}

using System.Collections.Concurrent;
using System.Globalization;
using Resilience.Postgres;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Postgres;

/// <summary>Writes go back to the preferred region by a switchover that the application has registered.</summary>
[Collection(AloneCollection.Name)]
public sealed class FailbackTests(ITestOutputHelper output)
{
    private const int Replicas = 3;
    private const int Clients = 4;

    [Fact]
    public async Task PreferredLostAndRebuilt_OneReplicaOfThreeMovesTheWritesBack_AndNothingFails()
    {
        await using var servers = await TwoRegionPostgres.StartAsync(new TwoRegionPostgresOptions { SynchronousReplication = true });
        var requests = new ConcurrentQueue<SwitchoverRequest>();
        async Task SwitchOverAsync(SwitchoverRequest request, CancellationToken ct)
        {
            requests.Enqueue(request);
            await PlannedSwitchover.RunAsync(servers.West, servers.East, ct);
        }

        using var logs = new CapturedLogs();
        var replicas = Enumerable.Range(0, Replicas).Select(_ => Create(servers, TimeSpan.FromSeconds(3), SwitchOverAsync, logs)).ToList();
        await replicas[0].ExecuteAsync("table", async (connection, transaction, ct) =>
        {
            await using var create = new Npgsql.NpgsqlCommand("CREATE TABLE written (id text PRIMARY KEY, times int NOT NULL DEFAULT 1)", connection, transaction);
            await create.ExecuteNonQueryAsync(ct);
        });
        using var stop = new CancellationTokenSource();
        var committed = new ConcurrentDictionary<string, bool>();
        var clients = Enumerable.Range(0, Replicas * Clients).Select(client => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var id = string.Create(CultureInfo.InvariantCulture, $"c{client}-{i}");
                await replicas[client % Replicas].ExecuteAsync(id, (connection, transaction, ct) => TwoRegionDatabase.WriteAsync(connection, transaction, id, ct));
                committed[id] = true;
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            }
        })).ToList();
        await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);

        await servers.East.KillAsync();
        await servers.West.PromoteAsync();
        await WritersAreAsync(replicas, "us-west-2");
        Assert.Empty(requests);
        await servers.East.RebuildAsStandbyOfAsync(servers.West);
        var rebuilt = TimeProvider.System.GetTimestamp();
        await WritersAreAsync(replicas, "us-east-1");
        var back = TimeProvider.System.GetElapsedTime(rebuilt);
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        await stop.CancelAsync();
        await Task.WhenAll(clients);

        var rows = await TwoRegionDatabase.ReadAllAsync(servers.East);
        output.WriteLine($"{committed.Count} calls, {rows.Count} rows, back {back.TotalSeconds:0.0} s after the rebuild; switchover called {requests.Count} time(s)");
        Assert.Equal(new SwitchoverRequest("payments-db", "us-west-2", "us-east-1", 2), Assert.Single(requests));
        Assert.Empty(committed.Keys.Except(rows.Keys));
        Assert.All(rows, row => Assert.Equal(1, row.Value));
        Assert.All(replicas, replica => Assert.Equal(3, replica.Regions.Current.Topology.HighestTerm.Epoch));
        Assert.All(replicas, replica => Assert.Equal([false, true], replica.Failovers.Select(record => record.IsPlanned)));
        await Eventually.UntilAsync(() => Count(logs, "Warning 1031") == 1 && Count(logs, "Information 1032") == 1, () => string.Join('\n', logs.Lines), default);
        foreach (var replica in replicas)
        {
            await replica.DisposeAsync();
        }
    }

    [Trait(Nightly.Trait, Nightly.Value)]
    [Fact]
    public async Task SwitchoverFails_ItIsSaid_AndTheNextCallTakesTwiceAsLongToCome_WritesStay()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        using var logs = new CapturedLogs();
        var called = new ConcurrentQueue<TimeSpan>();
        var began = TimeProvider.System.GetTimestamp();
        Task FailAsync(SwitchoverRequest request, CancellationToken ct)
        {
            called.Enqueue(TimeProvider.System.GetElapsedTime(began));
            throw new InvalidOperationException("no such cluster");
        }

        await using var source = Create(servers, TimeSpan.FromSeconds(1), FailAsync, logs, preferred: "us-west-2");
        await source.ExecuteAsync("a", (_, _, _) => Task.CompletedTask);
        await Eventually.UntilAsync(() => called.Count == 3, () => $"called {called.Count} times", default);

        var times = called.ToList();
        output.WriteLine(string.Join(", ", times.Select(time => $"{time.TotalSeconds:0.0} s")));
        Assert.InRange(times[1] - times[0], TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10));
        Assert.InRange(times[2] - times[1], TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(15));
        Assert.Equal("us-east-1", source.WriterRegion);
        Assert.Contains(logs.Lines, line => line.Contains("Error 1033", StringComparison.Ordinal));
    }

    [Trait(Nightly.Trait, Nightly.Value)]
    [Fact]
    public async Task Dispose_SwitchoverDoesNotHeedItsToken_IsLeftToItself()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        using var logs = new CapturedLogs();
        var runs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var source = Create(
            servers,
            TimeSpan.FromSeconds(1),
            (_, _) =>
            {
                runs.TrySetResult();
                return new TaskCompletionSource().Task;
            },
            logs,
            preferred: "us-west-2");
        await source.ExecuteAsync("a", (_, _, _) => Task.CompletedTask);
        await runs.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);

        await source.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);

        Assert.Contains(logs.Lines, line => line.Contains("Warning 1035", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Create_AutoWithNothingThatIsNeeded_SaysAllOfItAtOnce()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();

        var refused = Assert.Throws<ArgumentException>(() => RegionalDataSource.Create("payments-db", TwoRegionDatabase.Options(servers) with
        {
            Failback = new FailbackOptions { Mode = FailbackMode.Auto },
            Switch = new SwitchOptions { Mode = Resilience.Regions.SwitchMode.Approval },
            MaxOpensPerSecond = -1,
        }));

        Assert.Contains("Failback:PreferredRegion is missing", refused.Message, StringComparison.Ordinal);
        Assert.Contains("none is registered", refused.Message, StringComparison.Ordinal);
        Assert.Contains("needs Switch:Mode Automatic", refused.Message, StringComparison.Ordinal);
        Assert.Contains("MaxOpensPerSecond is not a number", refused.Message, StringComparison.Ordinal);
    }

    private static RegionalDataSource Create(
        TwoRegionPostgres servers, TimeSpan healthyFor, Func<SwitchoverRequest, CancellationToken, Task> switchover, CapturedLogs logs, string preferred = "us-east-1") =>
        RegionalDataSource.Create(
            "payments-db",
            TwoRegionDatabase.Options(servers) with
            {
                Failback = new FailbackOptions { Mode = FailbackMode.Auto, PreferredRegion = preferred, HealthyFor = healthyFor },
            },
            loggerFactory: logs,
            switchover: switchover);

    private static Task WritersAreAsync(IReadOnlyList<RegionalDataSource> replicas, string region) => Eventually.UntilAsync(
        () => replicas.All(replica => replica.WriterRegion == region), () => string.Join(", ", replicas.Select(replica => replica.WriterRegion ?? "none")), default);

    private static int Count(CapturedLogs logs, string what) => logs.Lines.Count(line => line.Contains(what, StringComparison.Ordinal));
}

using System.Collections.Concurrent;
using Npgsql;
using Resilience.Postgres;
using Resilience.Regions;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Postgres;

/// <summary>Synchronous replication, reloads and hangs in the middle of a failover.</summary>
public sealed class AdversityTests(ITestOutputHelper output)
{
    /// <summary>Npgsql's command time-out cancels a COMMIT that waits for its synchronous standby; PostgreSQL then answers success with a warning.</summary>
    [Fact]
    public async Task SynchronousReplication_CommitCancelledByTheCommandTimeout_IsNotAcknowledged()
    {
        await using var database = await TwoRegionDatabase.StartAsync(synchronous: true);
        await using var source = RegionalDataSource.Create("db", With(database.Servers, "Command Timeout=2", TimeSpan.FromSeconds(20)));
        await source.ExecuteAsync("warm", (_, _, _) => Task.CompletedTask);
        await database.West.StallWalReceiverAsync();
        var outcome = (OperationOutcome?)null;
        var watch = TimeProvider.System.GetTimestamp();
        var executing = source.ExecuteAsync("op-1", (c, t, ct) => TwoRegionDatabase.WriteAsync(c, t, "a", ct));
        var thrown = await Record.ExceptionAsync(async () => outcome = await executing.WaitAsync(TimeSpan.FromSeconds(15), TimeProvider.System));
        output.WriteLine($"outcome {outcome} after {TimeProvider.System.GetElapsedTime(watch)}, thrown {thrown?.GetType().Name}");
        await database.East.KillAsync();
        await database.West.PromoteAsync();
        var rows = await TwoRegionDatabase.ReadAllAsync(database.West);

        Assert.False(outcome == OperationOutcome.Committed && !rows.ContainsKey("a"), "acknowledged under synchronous replication and lost");

        // It goes on by itself on the promoted server; its end is awaited so that nothing of this test outlives it.
        Assert.Equal(OperationOutcome.Committed, await executing.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System));
        Assert.Contains("a", await TwoRegionDatabase.ReadAllAsync(database.West));
    }

    /// <summary>The commit waits for its standby longer than the patience; asking again runs into a lock time-out, which is no answer.</summary>
    [Fact]
    public async Task SynchronousReplication_CommitSlow_AskingTimesOut_IsNotSaidToBeRolledBack()
    {
        await using var database = await TwoRegionDatabase.StartAsync(synchronous: true);
        await using var source = RegionalDataSource.Create("db", With(database.Servers, "Options=-c lock_timeout=500ms", TimeSpan.FromSeconds(1)));
        await source.ExecuteAsync("warm", (_, _, _) => Task.CompletedTask);
        await database.West.StallWalReceiverAsync();
        var thrown = await Record.ExceptionAsync(() => source.ExecuteAsync("op-1", (c, t, ct) => TwoRegionDatabase.WriteAsync(c, t, "a", ct)));
        output.WriteLine($"thrown {thrown?.GetType().Name}: {thrown?.Message}");
        await database.West.ResumeWalReceiverAsync();
        await Task.Delay(TimeSpan.FromMilliseconds(1000), TimeProvider.System);
        var rows = await TwoRegionDatabase.ReadAllAsync(database.East);
        output.WriteLine($"committed afterwards: {rows.ContainsKey("a")}");

        Assert.True(thrown is OutcomeUnknownException, $"told {thrown?.GetType().Name}, then committed: {rows.ContainsKey("a")}");
    }

    /// <summary>A commit that is given up and fails later leaves no unobserved exception.</summary>
    [Fact]
    public async Task AbandonedCommit_FailsLater_IsObserved()
    {
        var unobserved = new ConcurrentBag<Exception>();

        // The event is of the whole process, and other tests run beside this one; a commit fails in the driver.
        void Note(object? sender, UnobservedTaskExceptionEventArgs args)
        {
            if (args.Exception.ToString().Contains("Npgsql", StringComparison.Ordinal))
            {
                unobserved.Add(args.Exception);
            }
        }

        TaskScheduler.UnobservedTaskException += Note;
        try
        {
            await using var database = await TwoRegionDatabase.StartAsync(synchronous: true);
            await using (var source = RegionalDataSource.Create("db", With(database.Servers, "", TimeSpan.FromSeconds(1))))
            {
                await source.ExecuteAsync("warm", (_, _, _) => Task.CompletedTask);
                await database.West.StallWalReceiverAsync();
                using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(500), TimeProvider.System);
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => source.ExecuteAsync("op-1", (c, t, ct) => TwoRegionDatabase.WriteAsync(c, t, "a", ct), cancel.Token));
                await database.East.KillAsync();
                await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
            }

            for (var i = 0; i < 5; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Note;
        }

        output.WriteLine(string.Join("\n", unobserved.Select(one => one.ToString().Split('\n')[0])));
        Assert.Empty(unobserved);
    }

    /// <summary>A reload that still waits for its writer learns of the failover that the set in use follows.</summary>
    [Fact]
    public async Task PendingReload_FailoverMeanwhile_OldWriterReturns_IsNotWrittenTo()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        await database.West.WaitUntilCaughtUpAsync(database.East);
        await database.East.KillAsync();
        await Eventually.UntilAsync(() => database.Source.WriterRegion is null, () => "east is still the writer", default);

        // The operator edits the configuration in the outage and mistypes a password.
        var typo = new NpgsqlConnectionStringBuilder(database.West.ConnectionString) { Password = "typo" }.ConnectionString;
        var options = new PostgresOptions
        {
            Regions =
            [
                new PostgresRegionOptions { Name = database.East.Region, ConnectionString = database.East.ConnectionString },
                new PostgresRegionOptions { Name = database.West.Region, ConnectionString = typo },
            ],
        };
        var reload = database.Source.ReconfigureAsync(options);
        await database.West.PromoteAsync();
        await Eventually.UntilAsync(() => database.Source.WriterRegion == "us-west-2", () => "west is not followed", default);
        await database.Source.ExecuteAsync("after-failover", (c, t, ct) => TwoRegionDatabase.WriteAsync(c, t, "after-failover", ct));
        Assert.Equal(2, database.Source.Regions.Current.Topology.HighestTerm.Epoch);

        await database.East.RestartAsOldPrimaryAsync();
        await Task.WhenAny(reload, Task.Delay(TimeSpan.FromSeconds(6), TimeProvider.System));
        output.WriteLine($"reload done {reload.IsCompleted}; writer {database.Source.WriterRegion}; highest {database.Source.Regions.Current.Topology.HighestTerm}");
        await database.Source.ExecuteAsync("later", (c, t, ct) => TwoRegionDatabase.WriteAsync(c, t, "later", ct));

        Assert.DoesNotContain("later", (await TwoRegionDatabase.ReadAllAsync(database.East)).Keys);
    }

    /// <summary>One failover while a reload is pending is on record once.</summary>
    [Fact]
    public async Task PendingReload_OneFailover_OneRecord()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        await database.West.WaitUntilCaughtUpAsync(database.East);
        var typo = new NpgsqlConnectionStringBuilder(database.East.ConnectionString) { Password = "typo" }.ConnectionString;
        _ = database.Source.ReconfigureAsync(new PostgresOptions
        {
            Regions =
            [
                new PostgresRegionOptions { Name = database.East.Region, ConnectionString = typo },
                new PostgresRegionOptions { Name = database.West.Region, ConnectionString = database.West.ConnectionString },
            ],
        });
        await Task.Delay(TimeSpan.FromMilliseconds(1500), TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await database.Source.ExecuteAsync(Guid.NewGuid().ToString(), (c, t, ct) => TwoRegionDatabase.WriteAsync(c, t, "a", ct));
            }
        })).ToList();
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System);
        await database.East.KillAsync();
        await Task.Delay(TimeSpan.FromMilliseconds(1500), TimeProvider.System);
        await database.West.PromoteAsync();
        await Eventually.UntilAsync(() => database.Source.WriterRegion == "us-west-2", () => "not followed", default);
        await Task.Delay(TimeSpan.FromMilliseconds(2500), TimeProvider.System);
        await stop.CancelAsync();
        await Task.WhenAll(load);
        foreach (var record in database.Source.Failovers)
        {
            output.WriteLine($"{record.FromRegion} -> {record.ToRegion}, epoch {record.Epoch}, {record.Reason}, detected {record.DetectedAt:O}");
        }

        Assert.Single(database.Source.Failovers);
    }

    /// <summary>Npgsql cancels synchronously by a new connection to the hung host; nobody may wait for that.</summary>
    [Trait(Nightly.Trait, Nightly.Value)]
    [Theory]
    [InlineData("")]
    [InlineData("Timeout=15")]
    public async Task Hang_IsNoticedByTwoProbes(string more)
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        await using var source = RegionalDataSource.Create("db", With(database.Servers, more, TimeSpan.FromSeconds(30)));
        await source.ExecuteAsync("warm", (_, _, _) => Task.CompletedTask);
        await Task.Delay(TimeSpan.FromMilliseconds(2500), TimeProvider.System);
        var topology = source.Regions;
        await database.East.HangAsync();
        var watch = TimeProvider.System.GetTimestamp();
        TimeSpan? suspect = null;
        while (source.WriterRegion is not null && TimeProvider.System.GetElapsedTime(watch) < TimeSpan.FromSeconds(25))
        {
            suspect ??= topology.Current.Topology.Phase != TopologyPhase.Steady ? TimeProvider.System.GetElapsedTime(watch) : null;
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        var took = TimeProvider.System.GetElapsedTime(watch);
        await Eventually.UntilAsync(
            () => topology.Current.Topology.Diagnosis is { Kind: WriterDiagnosis.PrimaryDown } said && said.Evidence.Contains("its own connection to it", StringComparison.Ordinal),
            () => $"{topology.Current.Topology.Diagnosis}",
            default);
        output.WriteLine($"'{more}': suspect after {suspect}, lost after {took}");
        var disposing = TimeProvider.System.GetTimestamp();
        await source.DisposeAsync();
        output.WriteLine($"dispose took {TimeProvider.System.GetElapsedTime(disposing)}");
        await database.East.ResumeAsync();

        // A calm second, a first miss of at most 1 s, 50 ms, a second of at most 1 s; and slack for a busy machine.
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(6));
    }

    private static PostgresOptions With(TwoRegionPostgres servers, string more, TimeSpan wait) => new()
    {
        Regions = [.. servers.All.Select(server => new PostgresRegionOptions { Name = server.Region, ConnectionString = $"{server.ConnectionString};{more}" })],
        WaitForWriter = wait,
    };
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Resilience.IntegrationTests.TestKit;
using Resilience.Postgres;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Postgres;

/// <summary>What was acknowledged and not replicated when the writer's region was lost.</summary>
public sealed class LostTailTests(ITestOutputHelper output)
{
    private const int Clients = 16;

    /// <summary>Half of the operations can be done again, half are plain; so the plain ones show in the same run what would be lost.</summary>
    [Fact]
    public async Task ReceiverStalledHalfASecondUnderLoad_Kill_Promotion_NoReplayableOperationIsLost_NoneIsAppliedTwice()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        var folder = Directory.CreateTempSubdirectory("tail-").FullName;
        using var host = await StartAsync(servers, folder);
        var database = host.Services.GetRequiredService<RegionalDataSource>();
        await CreateTableAsync(database, servers);
        await Eventually.UntilAsync(() => database.Regions.Current.Topology["us-west-2"].FreshAsOf is not null, () => "freshness unknown", default);
        var (kept, plain, failures) = (new ConcurrentBag<string>(), new ConcurrentBag<string>(), new ConcurrentBag<Exception>());
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var id = string.Create(CultureInfo.InvariantCulture, $"{client}-{i}");
                try
                {
                    if (client % 2 == 0)
                    {
                        await database.ExecuteAsync(id, new Add(id));
                        kept.Add(id);
                    }
                    else
                    {
                        await database.ExecuteAsync(id, (c, t, ct) => TwoRegionDatabase.WriteAsync(c, t, id, ct));
                        plain.Add(id);
                    }
                }
                catch (Exception exception)
                {
                    failures.Add(exception);
                }
            }
        })).ToList();
        await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System);
        await servers.West.StallWalReceiverAsync();
        await Task.Delay(TimeSpan.FromSeconds(0.5), TimeProvider.System);
        await servers.East.KillAsync();
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        await servers.West.PromoteAsync();
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        await stop.CancelAsync();
        await Task.WhenAll(clients);

        var rows = await TwoRegionDatabase.ReadAllAsync(servers.West);
        await Eventually.UntilAsync(
            async _ => kept.All((rows = await TwoRegionDatabase.ReadAllAsync(servers.West)).ContainsKey),
            () => $"{kept.Count(id => !rows.ContainsKey(id))} of {kept.Count} acknowledged operations are not on the survivor",
            default);
        var record = Assert.Single(database.Failovers);
        var lost = plain.Count(id => !rows.ContainsKey(id));
        output.WriteLine($"{kept.Count} replayable, {record.Operations.Reapplied} of them done again, {record.Operations.Lost} lost; of {plain.Count} plain ones {lost} lost; exposure {record.Exposure}");
        Assert.Empty(failures);
        Assert.All(rows, row => Assert.Equal(1, row.Value));
        Assert.Equal(0, record.Operations.Lost);

        // Else nothing was at stake in this run.
        Assert.InRange(lost, 1, int.MaxValue);
        Assert.InRange(record.Operations.Reapplied, 1, int.MaxValue);
    }

    /// <summary>The process and the region end together; the journal alone has what was acknowledged.</summary>
    [Fact]
    public async Task ProcessEndsWithTheRegion_TheNextRunDoesAgainWhatThePromotedRegionHasNot()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        var folder = Directory.CreateTempSubdirectory("tail-").FullName;
        using (var host = await StartAsync(servers, folder))
        {
            var database = host.Services.GetRequiredService<RegionalDataSource>();
            await CreateTableAsync(database, servers);
            await database.ExecuteAsync("replicated", new Add("replicated"));
            await servers.West.WaitUntilCaughtUpAsync(servers.East);
            await servers.West.StallWalReceiverAsync();
            for (var i = 0; i < 50; i++)
            {
                await database.ExecuteAsync($"tail-{i}", new Add($"tail-{i}"));
            }

            await servers.East.KillAsync();
        }

        await servers.West.PromoteAsync();
        using var next = await StartAsync(servers, folder);
        var successor = next.Services.GetRequiredService<RegionalDataSource>();
        await Eventually.UntilAsync(
            async _ => (await TwoRegionDatabase.ReadAllAsync(servers.West)).Count == 51, () => "not all is there", default);

        Assert.All(await TwoRegionDatabase.ReadAllAsync(servers.West), row => Assert.Equal(1, row.Value));
        Assert.Equal(OperationOutcome.AlreadyCommitted, await successor.ExecuteAsync("tail-7", new Add("tail-7")));
    }

    /// <summary>A second answer under one id is acknowledged only when the first one's record is safe, and adds none.</summary>
    [Fact]
    public async Task SameIdTwenty_AtOnce_IsKeptOnce()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        var folder = Directory.CreateTempSubdirectory("tail-").FullName;
        using var host = await StartAsync(servers, folder);
        var database = host.Services.GetRequiredService<RegionalDataSource>();
        await CreateTableAsync(database, servers);
        await servers.West.StallWalReceiverAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => database.ExecuteAsync("same", new Add("same"))));
        Assert.Single(outcomes, outcome => outcome == OperationOutcome.Committed);
        Assert.Equal(1, database.Tail!.Unconfirmed);
        await servers.East.KillAsync();
        await servers.West.PromoteAsync();
        await Eventually.UntilAsync(() => database.Failovers is [{ Operations.Reapplied: 1 }], () => $"{database.Failovers}", default);
        Assert.Equal(1, (await TwoRegionDatabase.ReadAllAsync(servers.West))["same"]);
    }

    [Fact]
    public async Task OperationTooLargeForTheJournal_IsRefusedBeforeItIsDone()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        var folder = Directory.CreateTempSubdirectory("tail-").FullName;
        using var host = await StartAsync(servers, folder);
        var database = host.Services.GetRequiredService<RegionalDataSource>();
        await CreateTableAsync(database, servers);
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => database.ExecuteAsync("large", new Add(new string('x', 2_000_000))));
        Assert.Contains("the journal takes", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await TwoRegionDatabase.ReadAllAsync(servers.East));
    }

    /// <summary>What a promoted server refuses is lost, and said to be, by its id; the others are not held up by it.</summary>
    [Fact]
    public async Task OperationIsRefusedOnTheSuccessor_IsListedAsLost_TheOthersAreDone()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        var folder = Directory.CreateTempSubdirectory("tail-").FullName;
        using var host = await StartAsync(servers, folder);
        var database = host.Services.GetRequiredService<RegionalDataSource>();
        await CreateTableAsync(database, servers);
        await servers.West.WaitUntilCaughtUpAsync(servers.East);
        await servers.West.StallWalReceiverAsync();
        await database.ExecuteAsync("fits", new Add("fits"));
        await database.ExecuteAsync("refused", new Add("refused") { Only = "us-east-1" });
        await database.ExecuteAsync("fits-too", new Add("fits-too"));
        await servers.East.KillAsync();
        await servers.West.PromoteAsync();
        await Eventually.UntilAsync(() => database.Failovers is [{ Operations: { Reapplied: 2, Lost: 1 } }], () => $"{database.Failovers}", default);

        Assert.Equal(["refused"], database.Failovers[0].Operations.LostOperations);
        Assert.Equal(["fits", "fits-too"], (await TwoRegionDatabase.ReadAllAsync(servers.West)).Keys.Order());
        Assert.Contains("\"lostOperations\":[\"refused\"]", await File.ReadAllTextAsync(Path.Combine(folder, "failovers.jsonl")), StringComparison.Ordinal);
    }

    /// <summary>What the other region has is forgotten, and its file with it, so that the journal does not grow.</summary>
    [Fact]
    public async Task OtherRegionHasIt_IsForgotten()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        var folder = Directory.CreateTempSubdirectory("tail-").FullName;
        using var host = await StartAsync(servers, folder);
        var database = host.Services.GetRequiredService<RegionalDataSource>();
        await CreateTableAsync(database, servers);
        for (var i = 0; i < 20; i++)
        {
            await database.ExecuteAsync($"op-{i}", new Add($"op-{i}"));
        }

        Assert.InRange(database.Tail!.Unconfirmed, 0, 20);
        await Eventually.UntilAsync(() => database.Tail!.Unconfirmed == 0, () => $"{database.Tail!.Unconfirmed} are kept", default);
    }

    private static async Task<IHost> StartAsync(TwoRegionPostgres servers, string folder)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["DrResilience:Journal:Path"] = folder;
        builder.Configuration["DrResilience:Journal:ReapplyFor"] = "00:00:02";
        foreach (var (i, server) in servers.All.Index())
        {
            builder.Configuration[$"DrResilience:Dependencies:payments-db:Postgres:Regions:{i}:Name"] = server.Region;
            builder.Configuration[$"DrResilience:Dependencies:payments-db:Postgres:Regions:{i}:ConnectionString"] = server.ConnectionString;
        }

        builder.AddDrResilience(dr => dr.AddOperation<Add>("add"));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static async Task CreateTableAsync(RegionalDataSource database, TwoRegionPostgres servers)
    {
        await using var connection = await database.OpenWriterAsync();
        await using var create = new NpgsqlCommand("CREATE TABLE written (id text PRIMARY KEY, times int NOT NULL DEFAULT 1)", connection);
        await create.ExecuteNonQueryAsync();
        await servers.West.WaitUntilCaughtUpAsync(servers.East);
    }

    private sealed record Add(string Id) : IReplayableOperation
    {
        /// <summary>The only region that takes it; all when null.</summary>
        public string? Only { get; init; }

        [JsonIgnore]
        public string? RanIn { get; private set; }

        public async Task ApplyAsync(OperationContext context, CancellationToken cancellationToken)
        {
            if (Only is { } only && only != context.Region)
            {
                throw new InvalidOperationException($"not in {context.Region}");
            }

            await TwoRegionDatabase.WriteAsync(context.Connection, context.Transaction, Id, cancellationToken);
            RanIn = context.Region;
        }
    }
}

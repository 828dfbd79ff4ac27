using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;
using Resilience.Postgres;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Postgres;

[Trait(Nightly.Trait, Nightly.Value)]
public sealed class RaceTests(ITestOutputHelper output)
{
    /// <summary>Callers of every kind while good reloads replace the set.</summary>
    [Fact]
    public async Task Reloads_UnderLoad_NoCallFails()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        using var stop = new CancellationTokenSource();
        var errors = new ConcurrentBag<string>();
        var calls = 0;
        var load = Enumerable.Range(0, 12).Select(n => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    switch (n % 4)
                    {
                        case 0:
                            await using (await database.Source.OpenWriterAsync())
                            {
                            }

                            break;
                        case 1:
                            await using (await database.Source.OpenReaderAsync(TimeSpan.FromSeconds(5)))
                            {
                            }

                            break;
                        case 2:
                            await database.Source.ExecuteAsync(Guid.NewGuid().ToString(), (c, t, ct) => TwoRegionDatabase.WriteAsync(c, t, $"w{n}", ct));
                            break;
                        default:
                            await database.Source.ReadAsync(TimeSpan.FromSeconds(5), async (c, ct) =>
                            {
                                await using var command = new NpgsqlCommand("SELECT 1", c);
                                return await command.ExecuteScalarAsync(ct);
                            });
                            break;
                    }

                    Interlocked.Increment(ref calls);

                    // Warm opens complete synchronously: without a pause these loops would hold every thread of the pool.
                    await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
                }
                catch (Exception exception)
                {
                    errors.Add($"{n % 4}: {exception.ToString()[..Math.Min(700, exception.ToString().Length)]}");
                }
            }
        })).ToList();
        for (var i = 0; i < 30; i++)
        {
            await database.Source.ReconfigureAsync(TwoRegionDatabase.Options(database.Servers) with { WarmConnections = 2 + (i % 2) });
        }

        await stop.CancelAsync();
        await Task.WhenAll(load);
        output.WriteLine($"{calls} calls, {errors.Count} errors, {database.Source.Failovers.Count} records\n" + string.Join("\n---\n", errors.Distinct().Take(4)));
        Assert.Empty(errors);
        Assert.Empty(database.Source.Failovers);
    }

    /// <summary>Readers with an exhausted pool end by their deadline.</summary>
    [Fact]
    public async Task OpenReader_PoolExhausted_EndsByTheDeadline()
    {
        await using var server = await PostgresServer.StartPrimaryAsync();
        await using var small = RegionalDataSource.Create("db", new PostgresOptions
        {
            Regions = [new PostgresRegionOptions { Name = "local", ConnectionString = $"{server.ConnectionString};Maximum Pool Size=1;Timeout=1" }],
            WaitForWriter = TimeSpan.FromSeconds(3),
        });
        await using var held = await small.OpenWriterAsync();
        var watch = TimeProvider.System.GetTimestamp();
        using var giveUp = new CancellationTokenSource(TimeSpan.FromSeconds(15), TimeProvider.System);
        var thrown = await Record.ExceptionAsync(async () => await small.OpenReaderAsync(TimeSpan.FromSeconds(5), giveUp.Token));
        output.WriteLine($"{TimeProvider.System.GetElapsedTime(watch)} {thrown?.GetType().Name}");
        Assert.IsType<WriterUnavailableException>(thrown);
        Assert.InRange(TimeProvider.System.GetElapsedTime(watch), TimeSpan.Zero, TimeSpan.FromSeconds(8));
    }

    /// <summary>SIGSTOP under load with a promotion; command time-out 5 s, so a call should end within it, two connects and the retry.</summary>
    [Fact]
    public async Task Hang_UnderLoad_EveryCallEnds()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        await using var source = RegionalDataSource.Create("db", new PostgresOptions
        {
            Regions = [.. database.Servers.All.Select(server => new PostgresRegionOptions { Name = server.Region, ConnectionString = $"{server.ConnectionString};Command Timeout=5" })],
            WaitForWriter = TimeSpan.FromSeconds(10),
        });
        await source.ExecuteAsync("warm", (_, _, _) => Task.CompletedTask);
        using var stop = new CancellationTokenSource();
        var longest = TimeSpan.Zero;
        var gate = new Lock();
        var errors = new ConcurrentBag<string>();
        var acknowledged = new ConcurrentBag<string>();
        var load = Enumerable.Range(0, 8).Select(n => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var id = string.Create(CultureInfo.InvariantCulture, $"w{n}-{i}");
                var watch = TimeProvider.System.GetTimestamp();
                try
                {
                    await source.ExecuteAsync(id, (c, t, ct) => TwoRegionDatabase.WriteAsync(c, t, id, ct));
                    acknowledged.Add(id);
                }
                catch (Exception exception)
                {
                    errors.Add($"{exception.GetType().Name}: {exception.Message}");
                }

                lock (gate)
                {
                    var took = TimeProvider.System.GetElapsedTime(watch);
                    longest = took > longest ? took : longest;
                }
            }
        })).ToList();
        await Task.Delay(TimeSpan.FromMilliseconds(1000), TimeProvider.System);
        await database.East.HangAsync();
        await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
        await database.West.PromoteAsync();
        var promoted = TimeProvider.System.GetTimestamp();
        await Eventually.UntilAsync(() => source.WriterRegion == "us-west-2", () => "not followed", default);
        output.WriteLine($"switched {TimeProvider.System.GetElapsedTime(promoted)} after the promotion");
        await Task.Delay(TimeSpan.FromMilliseconds(20_000), TimeProvider.System);
        await stop.CancelAsync();
        await Task.WhenAll(load);
        output.WriteLine($"longest call {longest}; errors {errors.Count}: {errors.FirstOrDefault()}");
        var rows = await TwoRegionDatabase.ReadAllAsync(database.West);
        output.WriteLine($"twice on west: {rows.Count(row => row.Value > 1)}, acknowledged missing: {acknowledged.Count(id => !rows.ContainsKey(id))}");
        await database.East.ResumeAsync();
        Assert.Empty(errors);
        Assert.DoesNotContain(rows, row => row.Value > 1);
        Assert.InRange(longest, TimeSpan.Zero, TimeSpan.FromSeconds(12));
    }
}

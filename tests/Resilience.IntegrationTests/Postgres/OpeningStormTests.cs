using Npgsql;
using Resilience.IntegrationTests.TestKit;
using Resilience.Postgres;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Postgres;

/// <summary>Many callers at once at a cold pool, or at a server that does not answer for a while.</summary>
[Trait(Nightly.Trait, Nightly.Value)]
[Collection(AloneCollection.Name)]
public sealed class OpeningStormTests(ITestOutputHelper output)
{
    private const int Callers = 90;

    /// <summary>Whoever is in line takes the first connection that is free, new or used.</summary>
    [Fact]
    public async Task NinetyCallersAtOnce_ColdPool_AFewConnectionsServeThem()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        var before = (await BackendsAsync(database.East)).Length;
        await StormAsync(() => database.Source.OpenWriterAsync());
        var ours = (await BackendsAsync(database.East)).Length - before;

        await using var peer = NpgsqlDataSource.Create(database.East.ConnectionString);
        before = (await BackendsAsync(database.East)).Length;
        await StormAsync(() => peer.OpenConnectionAsync());
        var theirs = (await BackendsAsync(database.East)).Length - before;

        output.WriteLine($"{ours} connections made for {Callers} callers, {theirs} by NpgsqlDataSource alone");
        Assert.InRange(ours, 0, theirs / 2);
    }

    /// <summary>Whoever waits in line for a connection to a server that hangs goes on elsewhere as soon as there is a successor.</summary>
    [Fact]
    public async Task WriterHangs_CallersInLine_AreServedByTheSuccessor()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        await database.West.WaitUntilCaughtUpAsync(database.East);
        await using var source = RegionalDataSource.Create("db", TwoRegionDatabase.Options(database.Servers) with { WarmConnections = 0 });
        await using var only = await source.OpenWriterAsync();
        await database.East.HangAsync();
        try
        {
            var began = TimeProvider.System.GetTimestamp();
            var opening = Enumerable.Range(0, Callers).Select(async _ =>
            {
                await using var connection = await source.OpenWriterAsync();
                return connection.Port;
            }).ToList();
            await Eventually.UntilAsync(() => source.WriterRegion is null, () => "east is still the writer", default);
            await database.West.PromoteAsync();
            var promoted = TimeProvider.System.GetElapsedTime(began);
            var ports = await Task.WhenAll(opening).WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
            var served = TimeProvider.System.GetElapsedTime(began);

            output.WriteLine($"promoted after {promoted.TotalSeconds:0.00} s, all served after {served.TotalSeconds:0.00} s, {ports.Count(port => port == database.West.Port)} of {Callers} by west");
            Assert.All(ports, port => Assert.Equal(database.West.Port, port));

            // Callers that stayed in line would be let go by fours, each after the connect time-out of 2 s.
            Assert.InRange(served - promoted, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        }
        finally
        {
            await database.East.ResumeAsync();
        }
    }

    /// <summary>A server that hangs for a while and goes on has not lost its connections, so none is made anew.</summary>
    [Fact]
    public async Task WriterSilentForAWhile_ReturnsAsItWas_ItsConnectionsAreKept()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        await StormAsync(() => database.Source.OpenWriterAsync());
        var before = await BackendsAsync(database.East);
        await database.East.HangAsync();
        try
        {
            await Eventually.UntilAsync(() => database.Source.WriterRegion is null, () => "east is still the writer", default);
        }
        finally
        {
            await database.East.ResumeAsync();
        }

        await Eventually.UntilAsync(() => database.Source.WriterRegion is not null, () => "east is not back", default);
        await using (await database.Source.OpenWriterAsync())
        {
            var after = await BackendsAsync(database.East);
            output.WriteLine($"{before.Length} connections before, {before.Intersect(after).Count()} of them after");
            Assert.NotEmpty(before);
            Assert.Empty(before.Except(after));
        }
    }

    /// <summary>A server that was restarted between two looks has none of its connections left, so nobody gets one of them.</summary>
    [Fact]
    public async Task WriterRestarted_OldConnectionsAreForgotten()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        await StormAsync(() => database.Source.OpenWriterAsync());
        long? Incarnation() => database.Source.Regions.Current.Topology["us-east-1"].Report?.Incarnation;
        var before = Incarnation();
        await database.East.KillAsync();
        await database.East.StartAsync();
        await Eventually.UntilAsync(() => Incarnation() != before && database.Source.WriterRegion is not null, () => "east is not back", default);

        // They are closed off the path of everybody else.
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System);

        await StormAsync(() => database.Source.OpenWriterAsync());
    }

    private static async Task StormAsync(Func<ValueTask<NpgsqlConnection>> open) =>
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            await using var connection = await open();
            await using var command = new NpgsqlCommand("SELECT 1", connection);
            await command.ExecuteNonQueryAsync();
        }));

    private static Task<int[]> BackendsAsync(PostgresServer server) => Sql.QueryAsync<int[]>(
        server,
        "SELECT array_agg(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND application_name NOT LIKE '%dr-monitor'");
}

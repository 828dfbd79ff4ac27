using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Resilience.IntegrationTests.TestKit;
using Resilience.Postgres;
using Resilience.Postgres.Pooling;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Postgres;

/// <summary>Connections of one's own that lead to a server which is given up: nobody waits for it, and nobody goes on writing to it.</summary>
public sealed class GivenUpConnectionTests(ITestOutputHelper output)
{
    /// <summary>Statement under way, command time-out of ten minutes.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WriterHangs_CallOnAConnectionOfOnesOwn_EndsWhenAnotherIsElected(bool blocks)
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        await database.West.WaitUntilCaughtUpAsync(database.East);
        await using var own = await database.Source.OpenWriterAsync();
        await database.East.HangAsync();
        await using var command = new NpgsqlCommand("SELECT 1", own) { CommandTimeout = 600 };
        var call = blocks
            ? Task.Factory.StartNew(command.ExecuteScalar, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            : command.ExecuteScalarAsync();
        await Eventually.UntilAsync(() => database.Source.WriterRegion is null, () => "the hang is not noticed", default);
        Assert.False(call.IsCompleted);
        await database.West.PromoteAsync();
        var promoted = TimeProvider.System.GetTimestamp();

        var failed = await Assert.ThrowsAnyAsync<NpgsqlException>(() => call.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System));
        output.WriteLine($"ended {TimeProvider.System.GetElapsedTime(promoted).TotalMilliseconds:0} ms after the promotion: {failed.Message}");
        Assert.InRange(TimeProvider.System.GetElapsedTime(promoted), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        await database.East.ResumeAsync();
    }

    /// <summary>Both servers take writes. A connection that was opened before knows nothing of epochs; it is broken, and the alarm stays one.</summary>
    [Fact]
    public async Task FormerWriterGoesOn_ConnectionsHeldToIt_WriteNothingMoreThere()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        await database.West.WaitUntilCaughtUpAsync(database.East);
        var held = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => database.Source.OpenWriterAsync().AsTask()));
        var writing = held.Select((connection, i) => Task.Run(async () =>
        {
            for (var n = 0; ; n++)
            {
                await using var insert = new NpgsqlCommand($"INSERT INTO written (id) VALUES ('held-{i}-{n}')", connection);
                await insert.ExecuteNonQueryAsync();
            }
        })).ToList();
        await database.West.PromoteAsync();
        await Eventually.UntilAsync(() => database.Source.WriterRegion == "us-west-2", () => "not followed", default);

        await Task.WhenAll(writing.Select(call => Assert.ThrowsAnyAsync<Exception>(() => call.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System))));
        Assert.All(writing, call => Assert.True(call.IsFaulted));
        var count = (await TwoRegionDatabase.ReadAllAsync(database.East)).Count;
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        Assert.Equal(count, (await TwoRegionDatabase.ReadAllAsync(database.East)).Count);
        Assert.Equal(Resilience.Regions.WriterDiagnosis.SplitBrain, database.Source.SwitchStatus.Diagnosis);
        foreach (var connection in held)
        {
            await connection.DisposeAsync();
        }
    }

    /// <summary>A reader that is silent for ten seconds while others answer is not waited for: the read is run again elsewhere.</summary>
    [Fact]
    public async Task StandbyHangs_ReadUnderWay_IsRunAgainElsewhereLongBeforeItsTimeout()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        await using var near = RegionalDataSource.Create("payments-db", TwoRegionDatabase.Options(database.Servers), localRegion: "us-west-2");
        await Eventually.UntilAsync(() => near.Regions.Current.Topology["us-west-2"].FreshAsOf is not null, () => "freshness unknown", default);
        var runs = 0;
        var begun = TimeProvider.System.GetTimestamp();
        var port = await near.ReadAsync(TimeSpan.FromMinutes(5), async (connection, ct) =>
        {
            if (Interlocked.Increment(ref runs) == 1)
            {
                await database.West.HangAsync(ct);
            }

            await using var command = new NpgsqlCommand("SELECT current_setting('port')::int", connection) { CommandTimeout = 600 };
            return (int)(await command.ExecuteScalarAsync(ct))!;
        }).WaitAsync(TimeSpan.FromSeconds(40), TimeProvider.System);

        var took = TimeProvider.System.GetElapsedTime(begun);
        output.WriteLine($"{took.TotalSeconds:0.0} s");
        Assert.Equal((database.East.Port, 2), (port, runs));
        Assert.InRange(took, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(25));
        await database.West.ResumeAsync();
    }

    [Fact]
    public async Task ShutDown_BreaksTheConnectionsToTheAddress_AndNoOthers()
    {
        using var given = new TcpListener(IPAddress.Loopback, 0);
        using var other = new TcpListener(IPAddress.IPv6Loopback, 0);
        given.Start();
        other.Start();
        using var up = new TcpClient();
        using var well = new TcpClient(AddressFamily.InterNetworkV6);
        await up.ConnectAsync((IPEndPoint)given.LocalEndpoint);
        await well.ConnectAsync((IPEndPoint)other.LocalEndpoint);
        var (ends, stays) = (up.GetStream().ReadAsync(new byte[1]).AsTask(), well.GetStream().ReadAsync(new byte[1]).AsTask());

        Assert.Equal(1, ServerSockets.ShutDown([(IPEndPoint)given.LocalEndpoint]));
        Assert.Equal(0, await ends);
        Assert.False(stays.IsCompleted);
        Assert.Equal(1, ServerSockets.ShutDown([(IPEndPoint)other.LocalEndpoint]));
        Assert.Equal(0, await stays);
        Assert.Equal(0, ServerSockets.ShutDown([]));
    }
}

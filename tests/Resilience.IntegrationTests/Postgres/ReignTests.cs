using System.Net;
using System.Net.Sockets;
using Npgsql;
using Resilience.IntegrationTests.TestKit;
using Resilience.Postgres;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Postgres;

/// <summary>What is under way when a writer's reign ends, and what reaches a server of an earlier one.</summary>
public sealed class ReignTests(ITestOutputHelper output)
{
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The writer hangs in the middle of ten transactions; without an end of its reign each would wait for its command time-out.</summary>
    [Fact]
    public async Task WriterHangsInTheMiddle_TheWorkIsDoneOnTheSuccessor_LongBeforeTheCommandTimeout()
    {
        await using var database = await TwoRegionDatabase.StartAsync();
        await database.West.WaitUntilCaughtUpAsync(database.East);
        using var begun = new CountdownEvent(10);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var operations = Enumerable.Range(0, 10).Select(i => database.Source.ExecuteAsync($"op{i}", async (connection, transaction, ct) =>
        {
            await TwoRegionDatabase.WriteAsync(connection, transaction, $"row{i}", ct);
            if (!begun.IsSet)
            {
                begun.Signal();
                await goOn.Task;
            }

            await TwoRegionDatabase.WriteAsync(connection, transaction, $"second{i}", ct);
        })).ToList();
        begun.Wait(TimeSpan.FromSeconds(20));

        await database.East.HangAsync();
        goOn.SetResult();
        await Eventually.UntilAsync(() => database.Source.WriterRegion is null, () => "the hang is not noticed", default);
        await database.West.PromoteAsync();
        var promoted = TimeProvider.System.GetTimestamp();
        var outcomes = await Task.WhenAll(operations);
        var took = TimeProvider.System.GetElapsedTime(promoted);

        output.WriteLine($"all ten done {took.TotalSeconds:0.0} s after the promotion");
        Assert.InRange(took, TimeSpan.Zero, CommandTimeout / 2);
        Assert.All(outcomes, outcome => Assert.Equal(OperationOutcome.Committed, outcome));
        var rows = await TwoRegionDatabase.ReadAllAsync(database.West);
        Assert.Equal(20, rows.Count(row => row.Key.StartsWith("row", StringComparison.Ordinal) || row.Key.StartsWith("second", StringComparison.Ordinal)));
        Assert.All(rows, row => Assert.Equal(1, row.Value));
        await database.East.ResumeAsync();
    }

    /// <summary>An address leads new connections to the former writer, as a stale DNS answer or a proxy would, while the probes know better.</summary>
    [Fact]
    public async Task AddressLeadsToTheFormerWriter_NothingIsWrittenThere_AndTheCallSucceedsWhenItLeadsToTheWriter()
    {
        await using var servers = await TwoRegionPostgres.StartAsync();
        await using var address = new Redirect(servers.West);
        var throughAddress = new NpgsqlConnectionStringBuilder(servers.West.ConnectionString) { Host = "127.0.0.1", Port = address.Port }.ConnectionString;
        await using var source = RegionalDataSource.Create("payments-db", new PostgresOptions
        {
            Regions = [new() { Name = "us-east-1", ConnectionString = servers.East.ConnectionString }, new() { Name = "us-west-2", ConnectionString = throughAddress }],
            WarmConnections = 0,
            WaitForWriter = TimeSpan.FromSeconds(2),
        });
        await source.ExecuteAsync("before", (_, _, _) => Task.CompletedTask);
        await servers.West.WaitUntilCaughtUpAsync(servers.East);
        await servers.East.KillAsync();
        await servers.West.PromoteAsync();
        await Eventually.UntilAsync(() => source.WriterRegion == "us-west-2", () => "no failover", default);
        await servers.East.RestartAsOldPrimaryAsync();

        // Connections that are there stay where they are: those of the probes are with the new writer.
        address.LeadTo(servers.East);
        var refused = await Assert.ThrowsAsync<WriterUnavailableException>(() => source.ExecuteAsync("astray", (_, _, _) => Task.CompletedTask));
        output.WriteLine(refused.Message);
        Assert.Contains("leads to a server of epoch 1, and the writer has 2", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, await Sql.QueryAsync<long>(servers.East, "SELECT count(*) FROM dr_resilience.operation WHERE operation_id = 'astray'"));

        address.LeadTo(servers.West);
        Assert.Equal(OperationOutcome.Committed, await source.ExecuteAsync("astray", (_, _, _) => Task.CompletedTask));
        Assert.Equal(1, await Sql.QueryAsync<long>(servers.West, "SELECT count(*) FROM dr_resilience.operation WHERE operation_id = 'astray'"));
    }

    /// <summary>An address whose new connections can be led elsewhere.</summary>
    private sealed class Redirect : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stop = new();
        private PostgresServer _server;

        public Redirect(PostgresServer server)
        {
            _server = server;
            _listener.Start();
            _ = AcceptAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public void LeadTo(PostgresServer server) => Volatile.Write(ref _server, server);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            _listener.Dispose();
            _stop.Dispose();
        }

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                    _ = PassAsync(client, Volatile.Read(ref _server), _stop.Token);
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // Over.
            }
        }

        private static async Task PassAsync(TcpClient client, PostgresServer server, CancellationToken stop)
        {
            using (client)
            using (var there = new TcpClient { NoDelay = true })
            {
                try
                {
                    client.NoDelay = true;
                    await there.ConnectAsync(new NpgsqlConnectionStringBuilder(server.ConnectionString).Host!, server.Port, stop);
                    Task[] both = [client.GetStream().CopyToAsync(there.GetStream(), stop), there.GetStream().CopyToAsync(client.GetStream(), stop)];
                    await Task.WhenAny(both);
                    client.Close();
                    there.Close();
                    await Task.WhenAll(both);
                }
                catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
                {
                    // Over.
                }
            }
        }
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Resilience.DependencyInjection;
using Resilience.Queueing;
using Resilience.TestKit;

namespace Resilience.Benchmarks;

/// <summary>
/// Jobs a second with handlers that do nothing, 16 at once, a real server: ours with its journal of completions, and the usual
/// loop of 16 connections that each lock a row with SKIP LOCKED, do nothing, and delete it.
/// </summary>
internal static class QueueBenchmark
{
    public static readonly string[] Rows = ["queue.postgres.jobsPerSecond"];

    private const int Workers = 16;
    private const int Jobs = 20_000;

    public static async Task<IReadOnlyList<ScorecardRow>> MeasureAsync(CancellationToken cancellationToken)
    {
        await using var server = await PostgresServer.StartPrimaryAsync(ct: cancellationToken);
        var peer = await PeerAsync(server.ConnectionString, cancellationToken);
        return [new("queue.postgres.jobsPerSecond", "1/s", await OursAsync(server, cancellationToken), peer, $"{Workers} connections, each: SELECT … FOR UPDATE SKIP LOCKED LIMIT 1, DELETE, COMMIT")];
    }

    private static async Task<double> OursAsync(PostgresServer server, CancellationToken cancellationToken)
    {
        var journal = Path.Combine(AppContext.BaseDirectory, $"queue-{Environment.ProcessId}");
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.Sources.Add(new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource
        {
            InitialData =
            [
                new("DrResilience:Journal:Path", journal),
                new("DrResilience:Queues:bench:Workers", $"{Workers}"),
                new("DrResilience:Dependencies:db:Postgres:Regions:0:Name", server.Region),
                new("DrResilience:Dependencies:db:Postgres:Regions:0:ConnectionString", server.ConnectionString),
            ],
        });
        builder.Services.AddSingleton<Counter>();
        builder.AddDrResilience(dr => dr.AddQueue<Job, Handler>("bench", job => job.Id));
        using var host = builder.Build();
        var counter = host.Services.GetRequiredService<Counter>();
        await host.StartAsync(cancellationToken);
        try
        {
            await using var source = NpgsqlDataSource.Create(server.ConnectionString);
            var store = host.Services.GetRequiredService<QueueHost>().Workers.Single().Store;
            await store.PrepareAsync(cancellationToken);
            await using (var fill = source.CreateCommand(
                $$"""
                INSERT INTO dr_resilience.queue_entry (queue, key, payload_hash, payload, enqueued_at, key_expires_at)
                SELECT 'bench', i::text, 'h', convert_to('{"id":"' || i || '"}', 'UTF8'), now(), now() + interval '1 hour' FROM generate_series(1, {{Jobs}}) AS i
                """))
            {
                await fill.ExecuteNonQueryAsync(cancellationToken);
            }

            var (began, before) = (TimeProvider.System.GetTimestamp(), counter.Count);
            while (counter.Count < Jobs)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
            }

            return Math.Round((Jobs - before) / TimeProvider.System.GetElapsedTime(began).TotalSeconds);
        }
        finally
        {
            await host.StopAsync(CancellationToken.None);
            Directory.Delete(journal, recursive: true);
        }
    }

    private static async Task<double> PeerAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using (var fill = source.CreateCommand(
            $"CREATE TABLE peer_job (id bigint PRIMARY KEY, payload bytea); INSERT INTO peer_job SELECT i, convert_to('x', 'UTF8') FROM generate_series(1, {Jobs}) AS i"))
        {
            await fill.ExecuteNonQueryAsync(cancellationToken);
        }

        var done = 0;
        var began = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(async _ =>
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            while (true)
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await using var claim = new NpgsqlCommand("SELECT id FROM peer_job ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1", connection);
                if (await claim.ExecuteScalarAsync(cancellationToken) is not long id)
                {
                    return;
                }

                await using var end = new NpgsqlCommand("DELETE FROM peer_job WHERE id = $1", connection) { Parameters = { new() { Value = id } } };
                await end.ExecuteNonQueryAsync(cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                Interlocked.Increment(ref done);
            }
        }));
        return Math.Round(done / TimeProvider.System.GetElapsedTime(began).TotalSeconds);
    }

    private sealed record Job(string Id);

    private sealed class Counter
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public void Add() => Interlocked.Increment(ref _count);
    }

    private sealed class Handler(Counter counter) : IQueueHandler<Job>
    {
        public ValueTask<QueueResult> HandleAsync(QueuedRequest<Job> request, CancellationToken cancellationToken)
        {
            counter.Add();
            return new(QueueResult.Done);
        }
    }
}

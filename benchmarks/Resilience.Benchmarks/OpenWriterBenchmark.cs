using Npgsql;
using Resilience.Postgres;
using Resilience.TestKit;

namespace Resilience.Benchmarks;

/// <summary>What following the writer adds to opening a warm pooled connection.</summary>
internal static class OpenWriterBenchmark
{
    // Many short batches, in turn: on a shared machine the least of them is what is left of the noise.
    private const int Batches = 2_000;
    private const int OpensPerBatch = 2_000;

    public static async Task<IReadOnlyList<ScorecardRow>> MeasureAsync(CancellationToken cancellationToken)
    {
        await using var server = await PostgresServer.StartPrimaryAsync(ct: cancellationToken);
        await using var ours = RegionalDataSource.Create(
            "bench", new PostgresOptions { Regions = [new PostgresRegionOptions { Name = "local", ConnectionString = server.ConnectionString }] });
        await using var peer = NpgsqlDataSource.Create(server.ConnectionString);
        var best = (Ours: double.MaxValue, Peer: double.MaxValue);
        var bytes = (Ours: double.MaxValue, Peer: double.MaxValue);
        for (var batch = 0; batch < Batches; batch++)
        {
            var oursFirst = batch % 2 == 0;
            var mine = oursFirst ? await RunAsync(ours, cancellationToken) : default;
            var theirs = await RunAsync(peer, cancellationToken);
            mine = oursFirst ? mine : await RunAsync(ours, cancellationToken);
            best = (Math.Min(best.Ours, mine.Nanoseconds), Math.Min(best.Peer, theirs.Nanoseconds));
            bytes = (Math.Min(bytes.Ours, mine.Bytes), Math.Min(bytes.Peer, theirs.Bytes));
        }

        const string peerName = "NpgsqlDataSource.OpenConnectionAsync, warm pool";
        return
        [
            new ScorecardRow("open.writer.ns", "ns", Math.Round(best.Ours, 1), Math.Round(best.Peer, 1), peerName),
            new ScorecardRow("open.writer.bytes", "B", Math.Round(bytes.Ours, 1), Math.Round(bytes.Peer, 1), peerName),
        ];
    }

    // Two loops of the same text, because a delegate or an interface between would be measured too.
    private static async Task<(double Nanoseconds, double Bytes)> RunAsync(RegionalDataSource source, CancellationToken cancellationToken)
    {
        await using (await source.OpenWriterAsync(cancellationToken))
        {
            // The pool is warm.
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var began = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < OpensPerBatch; i++)
        {
            await using var connection = await source.OpenWriterAsync(cancellationToken);
        }

        return Figures(began, allocated);
    }

    private static async Task<(double Nanoseconds, double Bytes)> RunAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using (await source.OpenConnectionAsync(cancellationToken))
        {
            // The pool is warm.
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var began = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < OpensPerBatch; i++)
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
        }

        return Figures(began, allocated);
    }

    private static (double Nanoseconds, double Bytes) Figures(long began, long allocated) => (
        TimeProvider.System.GetElapsedTime(began).TotalNanoseconds / OpensPerBatch,
        (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / OpensPerBatch);
}

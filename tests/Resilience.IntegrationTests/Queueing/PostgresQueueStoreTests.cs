using Resilience.IntegrationTests.Postgres;
using Resilience.Queueing.Stores;
using Xunit.Abstractions;
using static Resilience.IntegrationTests.Queueing.QueueEntries;

namespace Resilience.IntegrationTests.Queueing;

/// <summary>The store on a real server, one for all tests.</summary>
public sealed class PostgresQueueStoreTests(PostgresQueueStoreTests.Servers servers, ITestOutputHelper output) : QueueStoreContract, IClassFixture<PostgresQueueStoreTests.Servers>, IAsyncLifetime
{
    private protected override IQueueStore Store { get; } = new PostgresQueueStore(servers.Database.Source);

    public async Task InitializeAsync()
    {
        await Store.PrepareAsync(default);
        await TestKit.Sql.ExecuteAsync(servers.Database.East, "TRUNCATE dr_resilience.queue_entry");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>
    /// Ten rows are claimed from a queue that has no others, then from one with a hundred thousand, by turns, so that what the
    /// machine and its disk do meanwhile happens to both; and their median is compared with that of a table without the backlog.
    /// </summary>
    [Trait(Nightly.Trait, Nightly.Value)]
    [Fact]
    public async Task Backlog_OfAHundredThousand_ClaimsAsQuicklyAsNone()
    {
        const string full = "payment_service";
        const string empty = "another_service";
        var alone = new List<TimeSpan>();
        for (var i = 0; i < 50; i++)
        {
            await FillAsync(empty, 10, from: -10 * (i + 1));
            alone.Add(await ClaimTenAsync(empty));
        }

        await FillAsync(full, 100_000);
        await TestKit.Sql.ExecuteAsync(servers.Database.East, "ANALYZE dr_resilience.queue_entry");
        var (withBacklog, without) = (new List<TimeSpan>(), new List<TimeSpan>());
        for (var i = 0; i < 120; i++)
        {
            await FillAsync(empty, 10, from: i * 10);
            without.Add(await ClaimTenAsync(empty));
            withBacklog.Add(await ClaimTenAsync(full));
        }

        // The first ones prepare statements and connections.
        var (fullP99, emptyP99) = (P99(withBacklog.Skip(20)), P99(without.Skip(20)));
        output.WriteLine($"p99 of claiming ten: {fullP99.TotalMilliseconds:0.0} ms with a backlog of 100,000, {emptyP99.TotalMilliseconds:0.0} ms without");
        var (fullMedian, aloneMedian) = (Median(withBacklog.Skip(20)), Median(alone.Skip(20)));
        output.WriteLine($"median: {fullMedian.TotalMilliseconds:0.0} ms, {aloneMedian.TotalMilliseconds:0.0} ms in a table without the backlog");
        Assert.True(fullMedian < 3 * aloneMedian, $"median {fullMedian.TotalMilliseconds:0.0} ms with a backlog, {aloneMedian.TotalMilliseconds:0.0} ms without");
        Assert.True(fullP99 < 3 * emptyP99, $"p99 {fullP99.TotalMilliseconds:0.0} ms with a backlog, {emptyP99.TotalMilliseconds:0.0} ms without");
    }

    private Task FillAsync(string queue, int rows, int from = 0) => TestKit.Sql.ExecuteAsync(servers.Database.East, $$"""
        INSERT INTO dr_resilience.queue_entry (queue, key, payload_hash, payload, enqueued_at, key_expires_at)
        SELECT '{{queue}}', ({{from}} + i)::text, 'h', '{}', now(), now() + interval '1 hour' FROM generate_series(1, {{rows}}) AS i
        """);

    private async Task<TimeSpan> ClaimTenAsync(string queue)
    {
        var began = TimeProvider.System.GetTimestamp();
        var claimed = await Store.ClaimAsync(queue, 10, Lease, default);
        var took = TimeProvider.System.GetElapsedTime(began);
        Assert.Equal(10, claimed.Count);
        return took;
    }

    private static TimeSpan Median(IEnumerable<TimeSpan> times) => times.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : default;

    private static TimeSpan P99(IEnumerable<TimeSpan> times) => times.Order().ToList() is var sorted ? sorted[(int)(sorted.Count * 0.99) - 1] : default;

    public sealed class Servers : IAsyncLifetime
    {
        public TwoRegionDatabase Database { get; private set; } = null!;

        public async Task InitializeAsync() => Database = await TwoRegionDatabase.StartAsync();

        public Task DisposeAsync() => Database.DisposeAsync().AsTask();
    }
}

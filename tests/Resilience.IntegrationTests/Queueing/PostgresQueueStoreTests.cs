using Resilience.IntegrationTests.Postgres;
using Resilience.Queueing.Stores;
using static Resilience.IntegrationTests.Queueing.QueueEntries;

namespace Resilience.IntegrationTests.Queueing;

/// <summary>The store on a real server, one for all tests.</summary>
public sealed class PostgresQueueStoreTests(PostgresQueueStoreTests.Servers servers) : QueueStoreContract, IClassFixture<PostgresQueueStoreTests.Servers>, IAsyncLifetime
{
    private protected override IQueueStore Store { get; } = new PostgresQueueStore(servers.Database.Source);

    public async Task InitializeAsync()
    {
        await Store.PrepareAsync(default);
        await TestKit.Sql.ExecuteAsync(servers.Database.East, "TRUNCATE dr_resilience.queue_entry");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Backlog_OfAHundredThousand_ClaimsAsQuicklyAsNone()
    {
        await ClaimTimesAsync(20);
        var empty = await ClaimTimesAsync(100);
        await TestKit.Sql.ExecuteAsync(servers.Database.East, """
            INSERT INTO dr_resilience.queue_entry (queue, key, payload_hash, payload, enqueued_at, key_expires_at)
            SELECT 'payment_service', i::text, 'h', '{}', now(), now() + interval '1 hour' FROM generate_series(1, 100000) AS i
            """);
        await TestKit.Sql.ExecuteAsync(servers.Database.East, "ANALYZE dr_resilience.queue_entry");
        var full = await ClaimTimesAsync(100);

        // An empty claim writes nothing; a full one commits ten rows, so the bound has a part that does not depend on the backlog.
        Assert.True(full < (3 * empty) + TimeSpan.FromMilliseconds(20), $"p99 {full.TotalMilliseconds:0.0} ms with a backlog, {empty.TotalMilliseconds:0.0} ms without");
    }

    private async Task<TimeSpan> ClaimTimesAsync(int count)
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < count; i++)
        {
            var began = TimeProvider.System.GetTimestamp();
            await Store.ClaimAsync(Queue, 10, Lease, default);
            times.Add(TimeProvider.System.GetElapsedTime(began));
        }

        return times.Order().ElementAt((int)(count * 0.99) - 1);
    }

    public sealed class Servers : IAsyncLifetime
    {
        public TwoRegionDatabase Database { get; private set; } = null!;

        public async Task InitializeAsync() => Database = await TwoRegionDatabase.StartAsync();

        public Task DisposeAsync() => Database.DisposeAsync().AsTask();
    }
}

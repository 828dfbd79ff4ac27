using Resilience.Queueing;
using Resilience.Queueing.Stores;
using Resilience.Sqlite.Queueing;
using static Resilience.IntegrationTests.Queueing.QueueEntries;

namespace Resilience.IntegrationTests.Queueing;

/// <summary>The store in a file.</summary>
public sealed class SqliteQueueStoreTests : QueueStoreContract, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dr-sqlite-").FullName;
    private readonly SqliteQueueStore _store;

    public SqliteQueueStoreTests() => _store = new SqliteQueueStore(Path.Combine(_folder, "queues.db"), TimeProvider.System);

    private protected override IQueueStore Store => _store;

    [Fact]
    public async Task Reopened_HasWhatWasStored()
    {
        await Store.StoreAsync([Of("a")], default);
        await Store.ClaimAsync(Queue, 1, Lease, default);
        _store.Dispose();

        using var again = new SqliteQueueStore(Path.Combine(_folder, "queues.db"), TimeProvider.System);

        var stored = await again.FindAsync(Queue, "a", default);
        Assert.Equal((EntryState.Leased, 1), (stored!.State, stored.Attempts));
        Assert.Equal(Of("a").PayloadHash, stored.Entry.PayloadHash);
    }

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}

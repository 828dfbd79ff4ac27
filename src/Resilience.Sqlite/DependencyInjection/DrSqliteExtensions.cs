using Resilience.DependencyInjection;
using Resilience.Queueing.Stores;
using Resilience.Sqlite.Queueing;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds SQLite as the store of queues.</summary>
public static class DrSqliteExtensions
{
    /// <summary>Keeps the queues that no database is named for in a SQLite file.</summary>
    /// <param name="builder">What <c>AddDrResilience(dr =&gt; …)</c> passes.</param>
    /// <param name="path">The file, relative to the program's folder; made when it is missing.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>Every commit is synced. A queue with <c>Store</c>, or of a service with one PostgreSQL database, is there instead.</remarks>
    public static DrResilienceBuilder UseSqliteQueues(this DrResilienceBuilder builder, string path)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var file = Path.GetFullPath(path, AppContext.BaseDirectory);
        builder.Services.AddSingleton<IQueueStore>(provider => new SqliteQueueStore(file, provider.GetRequiredService<TimeProvider>()));
        return builder;
    }
}

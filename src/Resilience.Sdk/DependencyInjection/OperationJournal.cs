using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Resilience.Journal;
using Resilience.Postgres.Tail;

namespace Resilience.DependencyInjection;

/// <summary>
/// The journal of operations that other regions may not have yet, one for all databases of the application. Without such an
/// operation it does nothing. It waits for no database.
/// </summary>
internal sealed partial class OperationJournal(DrResilienceBuilder builder, SettingsMonitor settings, DatabaseRegistry databases, ILogger<OperationJournal> logger)
    : IHostedService, IAsyncDisposable
{
    private const string Folder = "operations";

    private JournalLog? _journal;

    /// <exception cref="JournalException">The journal's folder cannot be used.</exception>
    /// <exception cref="InvalidDataException">The journal is not this program's.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (builder.Operations.IsEmpty)
        {
            return Task.CompletedTask;
        }

        var options = settings.Current.Journal;
        var journal = _journal = JournalLog.Open(options with { Path = Path.Combine(options.Path, Folder) }, logger);
        var recovered = journal.Recovered.Select(found => (Record: TailRecord.Read(found.Content), found.Segment)).ToLookup(found => found.Record.Database, StringComparer.Ordinal);

        // Also those that a later reload brings.
        databases.OnEach(database =>
        {
            var tail = database.Protect(builder.Operations, journal, options, logger);
            foreach (var (record, segment) in recovered[database.Name])
            {
                tail.Recover(record, segment);
            }

            tail.Start();
        });
        foreach (var unknown in recovered.Where(group => settings.Current.FindDatabase(group.Key) is null))
        {
            // They stay in the journal: the database may be configured again.
            LogNoDatabase(logger, unknown.Count(), unknown.Key);
        }

        return Task.CompletedTask;
    }

    /// <summary>Stays open until all services have stopped: some may write while they stop.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _journal, null) is { } journal)
        {
            // Their loops use it.
            await databases.DisposeAsync();
            journal.Dispose();
        }
    }

    [LoggerMessage(1045, LogLevel.Error, "{Count} operations are kept for the database '{Database}', which is not configured")]
    private static partial void LogNoDatabase(ILogger logger, int count, string database);
}

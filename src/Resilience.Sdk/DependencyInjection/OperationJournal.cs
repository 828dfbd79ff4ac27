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

    private readonly List<OperationTail> _tails = [];
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
        _journal = JournalLog.Open(options with { Path = Path.Combine(options.Path, Folder) }, logger);
        var tails = databases.All.ToDictionary(
            database => database.Name, database => database.Protect(builder.Operations, _journal, options.Retention, logger), StringComparer.Ordinal);
        foreach (var recovered in _journal.Recovered)
        {
            var record = TailRecord.Read(recovered.Content);
            if (tails.TryGetValue(record.Database, out var tail))
            {
                tail.Recover(record, recovered.Segment);
            }
            else
            {
                // Stays in the journal: the database may be configured again.
                LogNoDatabase(logger, record.OperationId, record.Database);
            }
        }

        foreach (var tail in tails.Values)
        {
            _tails.Add(tail);
            tail.Start();
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken) => await DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var tail in _tails)
        {
            await tail.DisposeAsync();
        }

        Interlocked.Exchange(ref _journal, null)?.Dispose();
    }

    [LoggerMessage(1045, LogLevel.Error, "The operation '{OperationId}' is kept for the database '{Database}', which is not configured")]
    private static partial void LogNoDatabase(ILogger logger, string operationId, string database);
}

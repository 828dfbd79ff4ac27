using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Resilience.Degradation;
using Resilience.Internal;
using Resilience.Journal;
using Resilience.Queueing.Spool;
using Resilience.Queueing.Stores;
using Resilience.Queueing.Worker;

namespace Resilience.DependencyInjection;

/// <summary>
/// The queues of the application: opens the journal, finds each its store, runs the workers. Without a queue it does nothing.
/// It waits for no database: what is promised meanwhile is in the journal.
/// </summary>
internal sealed class QueueHost(
    DrResilienceBuilder builder,
    SettingsMonitor settings,
    DatabaseRegistry databases,
    QueueSignals signals,
    IEnumerable<IQueueStore> others,
    IServiceScopeFactory scopes,
    TimeProvider time,
    ILogger<QueueHost> logger) : IHostedService, IAsyncDisposable
{
    private readonly Dictionary<string, (object Queue, IQueueWorker Worker)> _queues = new(StringComparer.Ordinal);
    private QueueSpool? _spool;

    /// <summary>The journal's side; null without queues.</summary>
    public QueueSpool? Spool => _spool;

    public IReadOnlyCollection<IQueueWorker> Workers => [.. _queues.Values.Select(queue => queue.Worker)];

    /// <summary>The queue of a service, for requests of its type.</summary>
    /// <exception cref="InvalidOperationException">The host has not started.</exception>
    public object Queue(string service) => _queues.TryGetValue(service, out var queue)
        ? queue.Queue
        : throw new InvalidOperationException($"The queue '{service}' takes requests when the host has started.");

    /// <exception cref="JournalException">The journal's folder cannot be used.</exception>
    /// <exception cref="DrResilienceConfigurationException">A queue has no store.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (builder.Queues.Count == 0)
        {
            return Task.CompletedTask;
        }

        var stores = Stores();
        var clock = new MonotonicClock(time);
        var journal = settings.Current.Journal;
        _spool = new QueueSpool(JournalLog.Open(journal, logger), queue => stores.GetValueOrDefault(queue), journal.Retention, clock, new Random(), logger);
        foreach (var (name, definition) in builder.Queues)
        {
            var context = new QueueWorkerContext(
                name, stores[name], () => settings.Current.Queues[name], () => signals.Of(name), DependencyFailure.Is, _spool.CompletedAsync, _spool.CompletionStored, scopes, clock, logger);
            _queues.Add(name, definition.Create(context, _spool));
        }

        settings.Veto += Veto;
        _spool.Start();
        foreach (var worker in Workers)
        {
            worker.Start();
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken) => await DisposeAsync();

    /// <summary>Workers first, so that what they complete is noted.</summary>
    public async ValueTask DisposeAsync()
    {
        settings.Veto -= Veto;
        await Task.WhenAll(Workers.Select(worker => worker.DisposeAsync().AsTask()));
        if (Interlocked.Exchange(ref _spool, null) is { } spool)
        {
            await spool.DisposeAsync();
        }
    }

    private Dictionary<string, IQueueStore> Stores()
    {
        var errors = new List<ConfigurationError>();
        var made = new Dictionary<string, IQueueStore>(StringComparer.Ordinal);
        var stores = new Dictionary<string, IQueueStore>(StringComparer.Ordinal);
        foreach (var name in builder.Queues.Keys)
        {
            var database = settings.Current.Queues[name].Store ?? (settings.Current.Databases is [var only] ? only.Key : null);
            if (database is not null)
            {
                stores[name] = made.TryGetValue(database, out var store) ? store : made[database] = new PostgresQueueStore(databases.Get(database));
            }
            else if (others.FirstOrDefault() is { } other)
            {
                stores[name] = other;
            }
            else
            {
                errors.Add(new ConfigurationError(
                    $"{DrResilienceSettingsReader.SectionName}:Queues:{name}:Store",
                    null,
                    $"is missing: there {(settings.Current.Databases.Length == 0 ? "is no database" : "are several databases")}. Name a dependency with Postgres, or keep queues in a file with dr.UseSqliteQueues(…) of Resilience.Sqlite."));
            }
        }

        return errors.Count == 0 ? stores : throw new DrResilienceConfigurationException(errors);
    }

    /// <summary>A queue that still holds requests cannot be taken from its service.</summary>
    private string? Veto(DrResilienceSettings next)
    {
        foreach (var (name, (_, worker)) in _queues)
        {
            var pending = (worker.Counts?.Pending ?? 0) + (_spool?.Status.NotStored ?? 0);
            if (pending > 0 && Uses(settings.Current, name) && !Uses(next, name))
            {
                return $"The action 'queue_for_retry' of '{name}' cannot be removed: its queue holds {pending} requests. Let them be carried out, or purge them, first.";
            }
        }

        return null;
    }

    private static bool Uses(DrResilienceSettings settings, string service) =>
        settings.Degradation.Rules.TryGetValue(service, out var rule) && rule.Actions.OfType<Resilience.Degradation.Plan.QueueAction>().Any();
}

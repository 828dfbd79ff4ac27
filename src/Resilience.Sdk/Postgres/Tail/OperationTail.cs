using Microsoft.Extensions.Logging;
using Resilience.Diagnostics;
using Resilience.Evidence;
using Resilience.Internal;
using Resilience.Journal;
using Resilience.Regions;

namespace Resilience.Postgres.Tail;

/// <summary>
/// The end of a writer's log that other regions may not have yet. Asynchronous replication loses it with the writer; here each
/// operation of it is kept, on disk, until every other region has it, and done again under its id on a successor without it.
/// Decision 16 has the states and what happens at each point at which the process can die.
/// </summary>
/// <remarks>
/// Thread-safe. An operation is kept before it is acknowledged, after it is committed: what is here was done once. Confirmed by
/// positions: a region has it when it has passed a position that the writer reported after the commit.
/// </remarks>
internal sealed partial class OperationTail : IAsyncDisposable
{
    /// <summary>How many are kept while a region is away and confirms nothing.</summary>
    internal const int Most = 100_000;

    private const int MostRefusals = 3;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DiskPatience = TimeSpan.FromSeconds(5);

    private readonly string _dependency;
    private readonly OperationCatalog _catalog;
    private readonly JournalLog _journal;
    private readonly OperationExecutor _executor;
    private readonly ActiveRegionSet _active;
    private readonly FailoverRecorder _recorder;
    private readonly TimeSpan _retention;
    private readonly MonotonicClock _clock;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly Queue<TailEntry> _entries = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;
    private long _settled;
    private bool _isOverfull;
    private bool _isUnsafe;

    public OperationTail(
        string dependency,
        OperationCatalog catalog,
        JournalLog journal,
        OperationExecutor executor,
        ActiveRegionSet active,
        FailoverRecorder recorder,
        TimeSpan retention,
        MonotonicClock clock,
        ILogger logger)
    {
        (_dependency, _catalog, _journal, _executor, _active, _recorder, _retention, _clock, _logger) =
            (dependency, catalog, journal, executor, active, recorder, retention, clock, logger);
    }

    /// <summary>Operations that another region may not have.</summary>
    public int Unconfirmed
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Takes in what an earlier run has left.</summary>
    public void Recover(TailRecord record, long segment)
    {
        lock (_lock)
        {
            _entries.Enqueue(new TailEntry(record) { Segment = segment });
        }
    }

    public void Start() => _loop = Task.Run(() => RunAsync(_stop.Token), CancellationToken.None);

    /// <summary>Carries an operation out and keeps it.</summary>
    public async Task<OperationOutcome> ExecuteAsync(string operationId, IReplayableOperation operation, TimeSpan patience, CancellationToken cancellationToken)
    {
        var (name, payload) = _catalog.Write(operation);
        var done = await _executor.ExecuteAsync(operationId, Work(operationId, operation), patience, cancellationToken);
        if (_active.Current.Endpoints.Count > 1)
        {
            await KeepAsync(new TailRecord(_dependency, name, operationId, done.Epoch, _clock.Time.GetUtcNow(), payload));
        }

        return done.Outcome;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>One look: forgets what is confirmed, does again what the present writer may not have.</summary>
    internal async Task TickAsync(CancellationToken cancellationToken)
    {
        var topology = _active.Current.Current.Topology;
        if (topology.Writer is not { } writer)
        {
            return;
        }

        foreach (var confirmed in Confirmed(topology, writer))
        {
            Release(confirmed);
        }

        List<TailEntry> older = [];
        lock (_lock)
        {
            if (_settled != writer.Term.Epoch)
            {
                _settled = writer.Term.Epoch;
                older.AddRange(_entries.Where(entry => entry.Epoch < _settled));
            }
        }

        if (older.Count > 0 && !await ReapplyAsync(older, cancellationToken))
        {
            Unsettle();
        }
    }

    private static Func<Npgsql.NpgsqlConnection, Npgsql.NpgsqlTransaction, string, CancellationToken, Task> Work(string operationId, IReplayableOperation operation) =>
        (connection, transaction, region, token) => operation.ApplyAsync(new OperationContext(connection, transaction, operationId, region), token);

    /// <summary>The operation is committed whatever happens here; without a journal it is kept in memory, and operators are told.</summary>
    private async Task KeepAsync(TailRecord record)
    {
        var entry = new TailEntry(record) { CommittedAt = _clock.Now };
        try
        {
            entry.Segment = await _journal.AppendAsync(record.Write(), CancellationToken.None).WaitAsync(DiskPatience, _clock.Time);
            _isUnsafe = false;
        }
        catch (Exception exception) when (exception is JournalException or TimeoutException)
        {
            RegionMetrics.CountUnprotected(_dependency);
            if (!_isUnsafe)
            {
                _isUnsafe = true;
                Guarded.Run(() => LogNotKept(_logger, _dependency, exception.Message));
            }
        }

        TailEntry? dropped = null;
        lock (_lock)
        {
            _entries.Enqueue(entry);
            if (record.Epoch < _settled)
            {
                // Committed before the switch, kept after it.
                _settled = 0;
            }

            if (_entries.Count > Most)
            {
                dropped = _entries.Dequeue();
            }
        }

        if (dropped is not null)
        {
            Drop(dropped);
        }
    }

    /// <summary>An operation that is no longer kept although nobody has confirmed it.</summary>
    private void Drop(TailEntry entry)
    {
        Release(entry);
        RegionMetrics.CountUnprotected(_dependency);
        if (!_isOverfull)
        {
            _isOverfull = true;
            Guarded.Run(() => LogOverfull(_logger, _dependency, Most, _retention));
        }
    }

    /// <summary>Takes out what every region has; and drops what has waited for longer than a region should be away.</summary>
    private List<TailEntry> Confirmed(RegionTopology topology, WriterState writer)
    {
        var others = topology.Regions.Where(region => region.Name != writer.Region && region.Condition is not (RegionCondition.Foreign or RegionCondition.Fenced)).ToList();

        // A region that was never measured has shown nothing.
        TimeSpan? everywhere = others.Count == 0 ? TimeSpan.MaxValue : others.Exists(region => region.FreshAsOf is null) ? null : others.Min(region => region.FreshAsOf);
        var oldest = _clock.Time.GetUtcNow() - _retention;
        var (confirmed, dropped) = (new List<TailEntry>(), new List<TailEntry>());
        lock (_lock)
        {
            while (_entries.TryPeek(out var first) && first.Epoch == writer.Term.Epoch)
            {
                if (first.CommittedAt <= everywhere)
                {
                    confirmed.Add(_entries.Dequeue());
                    _isOverfull = false;
                }
                else if (first.Record.CommittedAt < oldest)
                {
                    dropped.Add(_entries.Dequeue());
                }
                else
                {
                    break;
                }
            }
        }

        dropped.ForEach(Drop);
        return confirmed;
    }

    /// <summary>Does again, in their order, what the present writer may not have.</summary>
    /// <returns>False when it is to be tried again.</returns>
    private async Task<bool> ReapplyAsync(List<TailEntry> older, CancellationToken cancellationToken)
    {
        var results = new Dictionary<TailResult, int>();
        foreach (var entry in older)
        {
            var result = await ReapplyAsync(entry, cancellationToken);
            results[result] = results.GetValueOrDefault(result) + 1;
            if (result == TailResult.Later)
            {
                // The rest waits, too: their order counts.
                break;
            }
        }

        Sort();
        _recorder.Save();
        Guarded.Run(() => LogReapplied(
            _logger, _dependency, older.Count, results.GetValueOrDefault(TailResult.Reapplied), results.GetValueOrDefault(TailResult.Survived), results.GetValueOrDefault(TailResult.Lost)));
        return !results.ContainsKey(TailResult.Later);
    }

    private async Task<TailResult> ReapplyAsync(TailEntry entry, CancellationToken cancellationToken)
    {
        if (!_catalog.TryRead(entry.Record.Operation, entry.Record.Payload, out var operation))
        {
            return Lose(entry, $"this program has no operation '{entry.Record.Operation}' that can be read from it");
        }

        if (_clock.Time.GetUtcNow() - entry.Record.CommittedAt > _active.Current.Options.OperationRetention)
        {
            return Lose(entry, "the ledger no longer tells whether it was done (OperationRetention)");
        }

        try
        {
            var done = await _executor.ExecuteAsync(
                entry.Record.OperationId, Work(entry.Record.OperationId, operation), _active.Current.Options.WaitForWriter, cancellationToken);
            (entry.Epoch, entry.CommittedAt) = (done.Epoch, _clock.Now);
            if (done.Outcome == OperationOutcome.AlreadyCommitted)
            {
                return TailResult.Survived;
            }

            _recorder.Count(null, static counts => counts with { Reapplied = counts.Reapplied + 1 });
            RegionMetrics.CountReapplied(_dependency);
            return TailResult.Reapplied;
        }
        catch (Exception exception) when (exception is WriterUnavailableException or OutcomeUnknownException && !cancellationToken.IsCancellationRequested)
        {
            return TailResult.Later;
        }
#pragma warning disable CA1031 // The application's own code: whatever it throws must not end the loop.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return ++entry.Refusals < MostRefusals ? TailResult.Later : Lose(entry, exception.Message);
        }
    }

    private TailResult Lose(TailEntry entry, string why)
    {
        entry.IsLost = true;
        _recorder.Count(null, counts => counts.Lose(entry.Record.OperationId));
        RegionMetrics.CountLost(_dependency);
        Guarded.Run(() => LogLost(_logger, _dependency, entry.Record.Operation, entry.Record.OperationId, entry.Record.CommittedAt, why));
        return TailResult.Lost;
    }

    /// <summary>What was done again comes behind what was committed before; what is lost goes.</summary>
    private void Sort()
    {
        List<TailEntry> lost;
        lock (_lock)
        {
            lost = [.. _entries.Where(entry => entry.IsLost)];
            var kept = _entries.Where(entry => !entry.IsLost).OrderBy(entry => entry.Epoch).ThenBy(entry => entry.CommittedAt).ToList();
            _entries.Clear();
            kept.ForEach(_entries.Enqueue);
        }

        lost.ForEach(Release);
    }

    private void Unsettle()
    {
        lock (_lock)
        {
            _settled = 0;
        }
    }

    private void Release(TailEntry entry)
    {
        if (entry.Segment is { } segment)
        {
            _journal.Release(segment);
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var published = _active.Current.Current;
            try
            {
                await TickAsync(cancellationToken);
            }
#pragma warning disable CA1031 // The loop outlives any single failure.
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                Guarded.Run(() => LogFailed(_logger, exception, _dependency));
            }

            await published.Replaced.WaitAsync(Every, _clock.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

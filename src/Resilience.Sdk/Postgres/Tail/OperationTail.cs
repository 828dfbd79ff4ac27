using Microsoft.Extensions.Logging;
using Npgsql;
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

    /// <summary>And how many bytes of them.</summary>
    private const long MostBytes = 64 * 1024 * 1024;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DiskPatience = TimeSpan.FromSeconds(5);

    private readonly string _dependency;
    private readonly OperationCatalog _catalog;
    private readonly JournalLog _journal;
    private readonly OperationExecutor _executor;
    private readonly ActiveRegionSet _active;
    private readonly FailoverRecorder _recorder;
    private readonly JournalOptions _options;
    private readonly MonotonicClock _clock;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly List<TailEntry> _entries = [];
    private readonly Dictionary<string, TailEntry> _ids = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;
    private long _bytes;
    private volatile bool _isOverfull;
    private volatile bool _isUnsafe;

    public OperationTail(
        string dependency,
        OperationCatalog catalog,
        JournalLog journal,
        OperationExecutor executor,
        ActiveRegionSet active,
        FailoverRecorder recorder,
        JournalOptions options,
        MonotonicClock clock,
        ILogger logger)
    {
        (_dependency, _catalog, _journal, _executor, _active, _recorder, _options, _clock, _logger) =
            (dependency, catalog, journal, executor, active, recorder, options, clock, logger);
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

    /// <summary>Takes in what an earlier run has left. One that is too old to ask for is dropped: nothing tells any more whether it was done.</summary>
    public void Recover(TailRecord record, long segment)
    {
        var entry = new TailEntry(record, _clock.Now) { Segment = segment };
        if (_clock.Time.GetUtcNow() > record.AskUntil)
        {
            Release(entry);
            return;
        }

        lock (_lock)
        {
            Add(entry);
        }
    }

    public void Start() => _loop = Task.Run(() => RunAsync(_stop.Token), CancellationToken.None);

    /// <summary>Carries an operation out and keeps it.</summary>
    /// <exception cref="ArgumentException">The operation is larger than a record of the journal.</exception>
    public async Task<OperationOutcome> ExecuteAsync(string operationId, IReplayableOperation operation, TimeSpan patience, CancellationToken cancellationToken)
    {
        var (name, payload) = _catalog.Write(operation);
        if (payload.Length > TailRecord.MostPayload)
        {
            throw new ArgumentException(
                $"Operation '{operationId}' has {payload.Length} bytes as JSON, and the journal takes {TailRecord.MostPayload}. Refer to large data instead of holding it.", nameof(operation));
        }

        var done = await _executor.ExecuteAsync(operationId, Work(operationId, operation), patience, cancellationToken);
        if (_active.Current.Endpoints.Count > 1)
        {
            var now = _clock.Time.GetUtcNow();
            await KeepAsync(new TailRecord(
                _dependency,
                name,
                operationId,
                done.Writer ?? new WriterHistory(_active.Current.Current.Topology.SystemIdentifier ?? 0, "", 0, 0),
                now,
                now + (_active.Current.Options.OperationRetention / 2),
                done.Outcome == OperationOutcome.AlreadyCommitted,
                payload));
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
        if (WriterHistory.Of(topology) is not { } writer)
        {
            return;
        }

        Forget(topology, writer);
        List<TailEntry> missing;
        lock (_lock)
        {
            var now = _clock.Now;

            // What was only asked for comes last: what was done under the same id goes before it.
            missing = [.. _entries.Where(entry => writer.MayLack(entry.Writer) && entry.DueAt <= now).OrderBy(entry => entry.Record.IsEcho)];
        }

        if (missing.Count > 0)
        {
            await ReapplyAsync(missing, cancellationToken);
        }
    }

    private static Func<NpgsqlConnection, NpgsqlTransaction, string, CancellationToken, Task> Work(string operationId, IReplayableOperation operation) =>
        (connection, transaction, region, token) => operation.ApplyAsync(new OperationContext(connection, transaction, operationId, region), token);

    /// <summary>The operation is committed whatever happens here, so nothing may fail; without a journal it is kept in memory, and operators are told.</summary>
    private async Task KeepAsync(TailRecord record)
    {
        TailEntry? entry;
        List<TailEntry> dropped = [];
        lock (_lock)
        {
            // Else it is kept already, with what was done.
            if (!_ids.TryGetValue(record.OperationId, out entry))
            {
                entry = new TailEntry(record, _clock.Now) { CommittedAt = _clock.Now };
                entry.Written = WriteAsync(entry);
                Add(entry);
                while (_entries.Count > Most || (_bytes > MostBytes && _entries.Count > 1))
                {
                    dropped.Add(_entries[0]);
                    Forget(_entries[0]);
                    _entries.RemoveAt(0);
                }
            }
        }

        dropped.ForEach(Drop);
        try
        {
            await entry.Written.WaitAsync(DiskPatience, _clock.Time);
            _isUnsafe = false;
        }
#pragma warning disable CA1031 // The commit has happened: an exception would be less true than the answer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            RegionMetrics.CountUnprotected(_dependency);
            if (!_isUnsafe)
            {
                _isUnsafe = true;
                Guarded.Run(() => LogNotKept(_logger, _dependency, exception.Message));
            }
        }
    }

    /// <summary>A write may end after its caller has left, and after the operation was confirmed.</summary>
    private async Task WriteAsync(TailEntry entry)
    {
        await Task.Yield();
        var segment = await _journal.AppendAsync(entry.Record.Write(), CancellationToken.None);
        bool isGone;
        lock (_lock)
        {
            entry.Segment = segment;
            isGone = entry.IsGone;
        }

        if (isGone)
        {
            _journal.Release(segment);
        }
    }

    /// <summary>What every region has; and what has waited for longer than a region should be away.</summary>
    private void Forget(RegionTopology topology, WriterHistory writer)
    {
        // A region that was never measured has shown nothing, and neither has one of another cluster or a former writer.
        var others = topology.Regions.Where(region => region.Name != writer.Region).ToList();
        TimeSpan? everywhere = others.Count == 0 ? TimeSpan.MaxValue : others.Exists(region => region.FreshAsOf is null) ? null : others.Min(region => region.FreshAsOf);
        var oldest = _clock.Now - _options.Retention;
        List<TailEntry> confirmed = [], dropped = [];
        lock (_lock)
        {
            _entries.RemoveAll(entry =>
            {
                var ended = entry.Writer == writer && entry.CommittedAt <= everywhere ? confirmed
                    : !writer.MayLack(entry.Writer) && entry.KeptSince < oldest ? dropped
                    : null;
                ended?.Add(entry);
                if (ended is not null)
                {
                    Forget(entry);
                }

                return ended is not null;
            });
        }

        _isOverfull &= confirmed.Count == 0;
        confirmed.ForEach(Release);
        dropped.ForEach(Drop);
    }

    /// <summary>Does again, in their order, what the present writer may not have.</summary>
    private async Task ReapplyAsync(List<TailEntry> missing, CancellationToken cancellationToken)
    {
        var results = new Dictionary<TailResult, int>();
        try
        {
            foreach (var entry in missing)
            {
                var result = await ReapplyAsync(entry, cancellationToken);
                results[result] = results.GetValueOrDefault(result) + 1;
                if (result == TailResult.Away)
                {
                    break;
                }
            }
        }
        finally
        {
            _recorder.Save();
            if (results.Keys.Any(result => result is not (TailResult.Refused or TailResult.Away)))
            {
                Guarded.Run(() => LogReapplied(
                    _logger,
                    _dependency,
                    missing.Count,
                    results.GetValueOrDefault(TailResult.Reapplied),
                    results.GetValueOrDefault(TailResult.Survived),
                    results.GetValueOrDefault(TailResult.Refused),
                    results.GetValueOrDefault(TailResult.Lost)));
            }
        }
    }

    private async Task<TailResult> ReapplyAsync(TailEntry entry, CancellationToken cancellationToken)
    {
        var record = entry.Record;
        if (_clock.Time.GetUtcNow() > record.AskUntil)
        {
            return Lose(entry, "the ledger may no longer tell whether it was done (half of OperationRetention is over)");
        }

        try
        {
            var operation = _catalog.TryRead(record.Operation, record.Payload, out var read) ? read : new UnreadableOperation(record.Operation);
            var done = await _executor.ExecuteAsync(record.OperationId, Work(record.OperationId, operation), _active.Current.Options.WaitForWriter, cancellationToken);
            if (done.Writer is { } writer)
            {
                // Else the writer was replaced meanwhile: the next one is asked.
                (entry.Writer, entry.CommittedAt, entry.KeptSince, entry.RefusedSince) = (writer, _clock.Now, _clock.Now, null);
            }

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
            return TailResult.Away;
        }
#pragma warning disable CA1031 // The application's own code: whatever it throws must not end the loop.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            entry.RefusedSince ??= _clock.Now;
            if (_clock.Now - entry.RefusedSince >= _options.ReapplyFor)
            {
                return Lose(entry, exception.Message);
            }

            var rest = TimeSpan.FromMilliseconds(500) * (1 << Math.Min(entry.Refusals++, 8));
            entry.DueAt = _clock.Now + (rest < LongestRest ? rest : LongestRest);
            return TailResult.Refused;
        }
    }

    private TailResult Lose(TailEntry entry, string why)
    {
        lock (_lock)
        {
            if (_entries.Remove(entry))
            {
                Forget(entry);
            }
        }

        Release(entry);
        _recorder.Count(null, counts => counts.Lose(entry.Record.OperationId));
        RegionMetrics.CountLost(_dependency);
        Guarded.Run(() => LogLost(_logger, _dependency, entry.Record.Operation, entry.Record.OperationId, entry.Record.CommittedAt, why));
        return TailResult.Lost;
    }

    /// <summary>An operation that is no longer kept although nobody has confirmed it.</summary>
    private void Drop(TailEntry entry)
    {
        Release(entry);
        RegionMetrics.CountUnprotected(_dependency);
        if (!_isOverfull)
        {
            _isOverfull = true;
            Guarded.Run(() => LogOverfull(_logger, _dependency, Most, MostBytes / (1024 * 1024), _options.Retention));
        }
    }

    private void Release(TailEntry entry)
    {
        long? segment;
        lock (_lock)
        {
            entry.IsGone = true;
            segment = entry.Segment;
        }

        if (segment is { } number)
        {
            _journal.Release(number);
        }
    }

    /// <remarks>Needs the lock.</remarks>
    private void Add(TailEntry entry)
    {
        _entries.Add(entry);
        _ids[entry.Record.OperationId] = entry;
        _bytes += entry.Record.Payload.Length;
    }

    /// <remarks>Needs the lock.</remarks>
    private void Forget(TailEntry entry)
    {
        _bytes -= entry.Record.Payload.Length;
        if (_ids.GetValueOrDefault(entry.Record.OperationId) == entry)
        {
            _ids.Remove(entry.Record.OperationId);
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

            // A topology in trouble changes many times a second.
            await Task.Delay(ShortestPause, _clock.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await published.Replaced.WaitAsync(Every, _clock.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

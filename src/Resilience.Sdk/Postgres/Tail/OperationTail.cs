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
/// positions: a region has it when it has passed a position that the writer reported after the commit. On Aurora, which has none, by
/// its lag, and some seconds more: what it says may be older than the question.
/// </remarks>
internal sealed partial class OperationTail : IAsyncDisposable
{
    private static readonly TimeSpan AuroraMargin = TimeSpan.FromSeconds(10);
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
    private readonly TailEntries _entries = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;
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
    public int Unconfirmed => _entries.Count;

    /// <summary>Takes in what an earlier run has left. One that is too old to ask for counts as lost, though it may be there: nothing tells any more.</summary>
    public void Recover(TailRecord record, long segment)
    {
        var entry = new TailEntry(record, _clock.Now);
        entry.SetSegment(segment);
        entry.Durable.SetResult();
        if (_entries.AddOrFind(entry, out var dropped) != entry)
        {
            Release(entry);
        }

        Drop(dropped);
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
        var now = _clock.Now;

        // What was only asked for comes last: what was done under the same id goes before it.
        var missing = _entries.Where(entry => writer.MayLack(entry.Writer) && entry.DueAt <= now).OrderBy(entry => entry.Record.IsEcho).ToList();
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
        var added = new TailEntry(record, _clock.Now) { CommittedAt = _clock.Now };
        var entry = _entries.AddOrFind(added, out var dropped);
        if (entry == added)
        {
            _ = WriteAsync(added);
        }

        Drop(dropped);
        try
        {
            await entry.Durable.Task.WaitAsync(DiskPatience, _clock.Time);
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
        try
        {
            var segment = await _journal.AppendAsync(entry.Record.Write(), CancellationToken.None);
            if (!entry.SetSegment(segment))
            {
                _journal.Release(segment);
            }

            entry.Durable.SetResult();
        }
#pragma warning disable CA1031 // Whoever waits is told, if anybody still does.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            entry.Durable.SetException(exception);
            _ = entry.Durable.Task.Exception;
        }
    }

    /// <summary>What every region has; and what has waited for longer than a region should be away.</summary>
    private void Forget(RegionTopology topology, WriterHistory writer)
    {
        // A region that was never measured has shown nothing, and neither has one of another cluster or a former writer.
        var others = topology.Regions.Where(region => region.Name != writer.Region).ToList();
        TimeSpan? everywhere = others.Count == 0 ? TimeSpan.MaxValue : others.Exists(region => region.FreshAsOf is null) ? null
            : others.Min(region => region.FreshAsOf - (region.Report?.Aurora is null ? TimeSpan.Zero : AuroraMargin));
        var oldest = _clock.Now - _options.Retention;
        var confirmed = _entries.Take(entry => entry.Writer == writer && entry.CommittedAt <= everywhere);
        _isOverfull &= confirmed.Count == 0;
        confirmed.ForEach(Release);
        Drop(_entries.Take(entry => !writer.MayLack(entry.Writer) && entry.KeptSince < oldest));
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
        _entries.Take(one => one == entry).ForEach(Release);
        _recorder.Count(null, counts => counts.Lose(entry.Record.OperationId));
        RegionMetrics.CountLost(_dependency);
        Guarded.Run(() => LogLost(_logger, _dependency, entry.Record.Operation, entry.Record.OperationId, entry.Record.CommittedAt, why));
        return TailResult.Lost;
    }

    /// <summary>Operations that are no longer kept although nobody has confirmed them.</summary>
    private void Drop(IReadOnlyList<TailEntry> entries)
    {
        foreach (var entry in entries)
        {
            Release(entry);
            RegionMetrics.CountUnprotected(_dependency);
        }

        if (entries.Count > 0 && !_isOverfull)
        {
            _isOverfull = true;
            Guarded.Run(() => LogOverfull(_logger, _dependency, TailEntries.Most, TailEntries.MostBytes / (1024 * 1024), _options.Retention));
        }
    }

    private void Release(TailEntry entry)
    {
        if (entry.End() is { } segment)
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

            // A topology in trouble changes many times a second.
            await Task.Delay(ShortestPause, _clock.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await published.Replaced.WaitAsync(Every, _clock.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

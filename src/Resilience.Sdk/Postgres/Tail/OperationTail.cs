using Microsoft.Extensions.Logging;
using Resilience.Diagnostics;
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
internal sealed partial class OperationTail(
    string dependency,
    OperationCatalog catalog,
    JournalLog journal,
    OperationExecutor executor,
    ActiveRegionSet active,
    TailCatchUp catchUp,
    JournalOptions options,
    MonotonicClock clock,
    ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan AuroraMargin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan DiskPatience = TimeSpan.FromSeconds(5);

    private readonly TailEntries _entries = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;
    private WriterHistory? _caughtUpWith;
    private volatile bool _isOverfull;
    private volatile bool _isUnsafe;

    /// <summary>
    /// Whether operations may yet have to be done again on the present writer, or on the next. Those that were refused do not count: they may be for long.
    /// </summary>
    public bool IsCatchingUp => WriterHistory.Of(active.Current.Current.Topology) is not { } writer || writer != Volatile.Read(ref _caughtUpWith);

    /// <summary>Operations that another region may not have.</summary>
    public int Unconfirmed => _entries.Count;

    /// <summary>Takes in what an earlier run has left. One that is too old to ask for counts as lost, though it may be there: nothing tells any more.</summary>
    public void Recover(TailRecord record, long segment)
    {
        var entry = new TailEntry(record, clock.Now);
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
        var (name, payload) = catalog.Write(operation);
        if (payload.Length > TailRecord.MostPayload)
        {
            throw new ArgumentException(
                $"Operation '{operationId}' has {payload.Length} bytes as JSON, and the journal takes {TailRecord.MostPayload}. Refer to large data instead of holding it.", nameof(operation));
        }

        var done = await executor.ExecuteAsync(operationId, operation, patience, cancellationToken);
        if (active.Current.Endpoints.Count > 1)
        {
            var now = clock.Time.GetUtcNow();
            await KeepAsync(new TailRecord(
                dependency,
                name,
                operationId,
                done.Writer ?? new WriterHistory(active.Current.Current.Topology.SystemIdentifier ?? 0, "", 0, 0),
                now,
                now + (active.Current.Options.OperationRetention / 2),
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
        var topology = active.Current.Current.Topology;
        if (WriterHistory.Of(topology) is not { } writer)
        {
            return;
        }

        Forget(topology, writer);
        var now = clock.Now;

        // What was only asked for comes last: what was done under the same id goes before it.
        var missing = _entries.Where(entry => writer.MayLack(entry.Writer) && entry.DueAt <= now).OrderBy(entry => entry.Record.IsEcho).ToList();
        if (missing.Count > 0)
        {
            await catchUp.RunAsync(missing, lost => _entries.Take(entry => entry == lost).ForEach(Release), cancellationToken);
        }

        // Said before it is looked at: what is added meanwhile takes it back.
        Volatile.Write(ref _caughtUpWith, writer);
        if (_entries.Where(entry => writer.MayLack(entry.Writer) && entry.RefusedSince is null).Count > 0)
        {
            Volatile.Write(ref _caughtUpWith, null);
        }
    }

    /// <summary>The operation is committed whatever happens here, so nothing may fail; without a journal it is kept in memory, and operators are told.</summary>
    private async Task KeepAsync(TailRecord record)
    {
        var added = new TailEntry(record, clock.Now) { CommittedAt = clock.Now };
        var entry = _entries.AddOrFind(added, out var dropped);
        if (entry == added)
        {
            _ = WriteAsync(added);
        }

        if (WriterHistory.Of(active.Current.Current.Topology) != entry.Writer)
        {
            // Done on a writer that has been replaced meanwhile: the present one has to be looked at again.
            Volatile.Write(ref _caughtUpWith, null);
        }

        Drop(dropped);
        try
        {
            await entry.Durable.Task.WaitAsync(DiskPatience, clock.Time);
            _isUnsafe = false;
        }
#pragma warning disable CA1031 // The commit has happened: an exception would be less true than the answer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            RegionMetrics.CountUnprotected(dependency);
            if (!_isUnsafe)
            {
                _isUnsafe = true;
                Guarded.Run(() => LogNotKept(logger, dependency, exception.Message));
            }
        }
    }

    /// <summary>A write may end after its caller has left, and after the operation was confirmed.</summary>
    private async Task WriteAsync(TailEntry entry)
    {
        try
        {
            var segment = await journal.AppendAsync(entry.Record.Write(), CancellationToken.None);
            if (!entry.SetSegment(segment))
            {
                journal.Release(segment);
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
        var oldest = clock.Now - options.Retention;
        var confirmed = _entries.Take(entry => entry.Writer == writer && entry.CommittedAt <= everywhere);
        _isOverfull &= confirmed.Count == 0;
        confirmed.ForEach(Release);
        Drop(_entries.Take(entry => !writer.MayLack(entry.Writer) && entry.KeptSince < oldest));
    }

    /// <summary>Operations that are no longer kept although nobody has confirmed them.</summary>
    private void Drop(IReadOnlyList<TailEntry> entries)
    {
        foreach (var entry in entries)
        {
            Release(entry);
            RegionMetrics.CountUnprotected(dependency);
        }

        if (entries.Count > 0 && !_isOverfull)
        {
            _isOverfull = true;
            Guarded.Run(() => LogOverfull(logger, dependency, TailEntries.Most, TailEntries.MostBytes / (1024 * 1024), options.Retention));
        }
    }

    private void Release(TailEntry entry)
    {
        if (entry.End() is { } segment)
        {
            journal.Release(segment);
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var published = active.Current.Current;
            try
            {
                await TickAsync(cancellationToken);
            }
#pragma warning disable CA1031 // The loop outlives any single failure.
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                Guarded.Run(() => LogFailed(logger, exception, dependency));
            }

            // A topology in trouble changes many times a second.
            await Task.Delay(ShortestPause, clock.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await published.Replaced.WaitAsync(Every, clock.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(1042, LogLevel.Error, "'{Dependency}': operations are committed but cannot be kept in the journal ({Reason}). Should this process end together with the writer's region, those that were not replicated are lost")]
    private static partial void LogNotKept(ILogger logger, string dependency, string reason);

    [LoggerMessage(1043, LogLevel.Error, "'{Dependency}': a region has confirmed nothing for so long that operations are no longer kept for it (at most {Most} or {Megabytes} MiB, for {Retention}). Were it promoted, they would be lost")]
    private static partial void LogOverfull(ILogger logger, string dependency, int most, long megabytes, TimeSpan retention);

    [LoggerMessage(1044, LogLevel.Warning, "'{Dependency}': the operations that wait for other regions could not be looked at; it is tried again")]
    private static partial void LogFailed(ILogger logger, Exception exception, string dependency);
}

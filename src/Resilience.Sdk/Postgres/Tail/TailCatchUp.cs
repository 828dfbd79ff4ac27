using Microsoft.Extensions.Logging;
using Resilience.Diagnostics;
using Resilience.Evidence;
using Resilience.Internal;
using Resilience.Regions;

namespace Resilience.Postgres.Tail;

/// <summary>
/// Does again on a new writer what the former one had acknowledged and may have taken with it. What the new one has is found in its ledger;
/// what its application refuses is tried again for a while; what cannot be done again is lost, and said so.
/// </summary>
/// <remarks>The tail's loop alone calls it.</remarks>
internal sealed partial class TailCatchUp(
    string dependency,
    OperationCatalog catalog,
    OperationExecutor executor,
    ActiveRegionSet active,
    FailoverRecorder recorder,
    TimeSpan reapplyFor,
    MonotonicClock clock,
    ILogger logger)
{
    private const int Bite = 1000;

    /// <summary>Whoever waits for the new writer goes first.</summary>
    private static readonly TimeSpan CallersFirst = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);

    /// <summary>One pass; it ends early when the writer goes again.</summary>
    /// <param name="missing">What the present writer may not have, in the order in which it is to be done.</param>
    /// <param name="forget">Called for what is lost.</param>
    /// <param name="cancellationToken">Ends the pass.</param>
    public async Task RunAsync(List<TailEntry> missing, Action<TailEntry> forget, CancellationToken cancellationToken)
    {
        await Task.Delay(CallersFirst, clock.Time, cancellationToken);
        var results = new Dictionary<TailResult, int>();
        try
        {
            var survived = await SurvivedAsync(missing, cancellationToken);
            results[TailResult.Survived] = survived.Count;
            foreach (var entry in missing.Where(entry => !survived.Contains(entry)))
            {
                var result = await ReapplyAsync(entry, forget, cancellationToken);
                results[result] = results.GetValueOrDefault(result) + 1;
                if (result == TailResult.Away)
                {
                    break;
                }
            }
        }
        finally
        {
            recorder.Save();
            if (results.Any(result => result is { Key: not (TailResult.Refused or TailResult.Away), Value: > 0 }))
            {
                Guarded.Run(() => LogReapplied(
                    logger,
                    dependency,
                    missing.Count,
                    results.GetValueOrDefault(TailResult.Reapplied),
                    results.GetValueOrDefault(TailResult.Survived),
                    results.GetValueOrDefault(TailResult.Refused),
                    results.GetValueOrDefault(TailResult.Lost)));
            }
        }
    }

    /// <summary>Most are on the new writer: one question for many, without a transaction for each.</summary>
    private async Task<HashSet<TailEntry>> SurvivedAsync(List<TailEntry> missing, CancellationToken cancellationToken)
    {
        var survived = new HashSet<TailEntry>();
        var set = active.Current;
        if (set.Route is not { } route || WriterHistory.Of(set.Current.Topology) is not { } writer || writer.Region != route.Region)
        {
            return survived;
        }

        await using var connection = await route.OpenAsync(set.Options.WaitForWriter, cancellationToken);
        foreach (var bite in missing.Chunk(Bite))
        {
            var asked = clock.Now;
            var found = await OperationLedger.FindAsync(connection, [.. bite.Select(entry => entry.Record.OperationId)], route, cancellationToken);
            foreach (var entry in bite.Where(entry => found.Contains(entry.Record.OperationId)))
            {
                (entry.Writer, entry.CommittedAt, entry.KeptSince, entry.RefusedSince) = (writer, clock.Now, asked, null);
                survived.Add(entry);
            }
        }

        return survived;
    }

    private async Task<TailResult> ReapplyAsync(TailEntry entry, Action<TailEntry> forget, CancellationToken cancellationToken)
    {
        var record = entry.Record;
        if (clock.Time.GetUtcNow() > record.AskUntil)
        {
            return Lose(entry, forget, "the ledger may no longer tell whether it was done (half of OperationRetention is over)");
        }

        try
        {
            var operation = catalog.TryRead(record.Operation, record.Payload, out var read) ? read : new UnreadableOperation(record.Operation);
            var done = await executor.ExecuteAsync(record.OperationId, operation, active.Current.Options.WaitForWriter, cancellationToken);
            if (done.Writer is { } writer)
            {
                // Else the writer was replaced meanwhile: the next one is asked.
                (entry.Writer, entry.CommittedAt, entry.KeptSince, entry.RefusedSince) = (writer, clock.Now, clock.Now, null);
            }

            if (done.Outcome == OperationOutcome.AlreadyCommitted)
            {
                return TailResult.Survived;
            }

            recorder.Count(null, static counts => counts with { Reapplied = counts.Reapplied + 1 });
            RegionMetrics.CountReapplied(dependency);
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
            entry.RefusedSince ??= clock.Now;
            if (clock.Now - entry.RefusedSince >= reapplyFor)
            {
                return Lose(entry, forget, exception.Message);
            }

            var rest = TimeSpan.FromMilliseconds(500) * (1 << Math.Min(entry.Refusals++, 8));
            entry.DueAt = clock.Now + (rest < LongestRest ? rest : LongestRest);
            return TailResult.Refused;
        }
    }

    private TailResult Lose(TailEntry entry, Action<TailEntry> forget, string why)
    {
        forget(entry);
        recorder.Count(null, counts => counts.Lose(entry.Record.OperationId));
        RegionMetrics.CountLost(dependency);
        Guarded.Run(() => LogLost(logger, dependency, entry.Record.Operation, entry.Record.OperationId, entry.Record.CommittedAt, why));
        return TailResult.Lost;
    }

    [LoggerMessage(1040, LogLevel.Warning, "'{Dependency}': of {Count} operations that a former writer had acknowledged and that may not have been replicated, {Reapplied} were done again, the new writer has {Survived}, {Refused} are refused and tried again, {Lost} are lost")]
    private static partial void LogReapplied(ILogger logger, string dependency, int count, int reapplied, int survived, int refused, int lost);

    [LoggerMessage(1041, LogLevel.Error, "'{Dependency}': the operation '{Operation}' with id '{OperationId}', acknowledged at {CommittedAt:O}, is lost with the former writer and cannot be done again: {Why}")]
    private static partial void LogLost(ILogger logger, string dependency, string operation, string operationId, DateTimeOffset committedAt, string why);
}

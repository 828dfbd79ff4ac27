using System.Data;
using System.Diagnostics;
using Npgsql;
using Resilience.Diagnostics;
using Resilience.Evidence;
using Resilience.Internal;

namespace Resilience.Postgres;

/// <summary>
/// Runs a write exactly once. An attempt that failed before its COMMIT was sent is known to be rolled back; one whose
/// COMMIT got no answer is unknown. Both are run again: entering the operation in the ledger tells the second kind
/// whether it had committed, and only if not is the work done anew.
/// </summary>
internal sealed class OperationExecutor(WriterOpener opener, FailoverRecorder recorder, Action<WriterRoute> onCommitted)
{
    private const int LongestOperationId = 255;

    /// <exception cref="ArgumentException">The id cannot be used.</exception>
    public static void CheckId(string operationId)
    {
        ArgumentException.ThrowIfNullOrEmpty(operationId);
        if (operationId.Length > LongestOperationId || operationId.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"The operation id has {operationId.Length} characters. Use 1 to {LongestOperationId}, without NUL.", nameof(operationId));
        }
    }

    /// <summary>The same for an operation that can be done again without its caller.</summary>
    public Task<DoneOperation> ExecuteAsync(string operationId, IReplayableOperation operation, TimeSpan patience, CancellationToken cancellationToken) =>
        ExecuteAsync(
            operationId,
            (connection, transaction, region, token) => operation.ApplyAsync(new OperationContext(connection, transaction, operationId, region), token),
            patience,
            cancellationToken);

    /// <param name="operationId">The id in the ledger; null for work that is not entered there, and not repeated once its COMMIT was sent.</param>
    /// <param name="work">The statements; told the region they run in.</param>
    /// <param name="patience">How long to go on after the first failure.</param>
    /// <param name="cancellationToken">The caller's own end.</param>
    public async Task<DoneOperation> ExecuteAsync(
        string? operationId,
        Func<NpgsqlConnection, NpgsqlTransaction, string, CancellationToken, Task> work,
        TimeSpan patience,
        CancellationToken cancellationToken)
    {
        using var activity = DrResilienceDiagnostics.Source.StartActivity("dr.operation");
        activity?.SetTag("dr.dependency", opener.Dependency);
        var attempts = new OperationAttempts(operationId, Guid.NewGuid(), work, patience, opener.Clock);
        try
        {
            return await RunAsync(attempts, activity, cancellationToken);
        }
        finally
        {
            if (attempts.UnknownSince is { } caught)
            {
                var resolved = attempts.IsUnknown ? 0 : 1;
                recorder.Count(attempts.EndedWithItsWriter ? null : caught, counts => counts with { Unknown = counts.Unknown + 1, Resolved = counts.Resolved + resolved });
            }
        }
    }

    private async Task<DoneOperation> RunAsync(OperationAttempts attempts, Activity? activity, CancellationToken cancellationToken)
    {
        var patience = attempts.Patience;
        while (true)
        {
            OpenedWriter? opened = null;
            try
            {
                attempts.Stage = OperationStage.Opening;
                attempts.IsBroken = false;
                var before = opener.Writer;
                opened = await opener.OpenAsync(
                    attempts.Seen, patience, attempts.Deadline ?? Deadline.In(patience, opener.Clock), cancellationToken);
                var after = opener.Writer;
                var outcome = await AttemptAsync(attempts, opened.Value, cancellationToken);
                onCommitted(opened.Value.Route);
                activity?.SetTag("dr.region", opened.Value.Route.Region);
                activity?.SetTag("dr.attempts", attempts.Repeats + 1);
                return new DoneOperation(outcome, before?.Region == opened.Value.Route.Region ? before : after);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                if (!ShallRepeat(attempts, opened, exception))
                {
                    throw;
                }
            }

            RegionMetrics.CountRepeat(opener.Dependency);
            await attempts.Deadline!.Value.PauseAsync(opener.Jitter.Before(attempts.Repeats++), cancellationToken);
        }
    }

    private async Task<OperationOutcome> AttemptAsync(OperationAttempts attempts, OpenedWriter opened, CancellationToken callers)
    {
        var connection = opened.Connection;
        Task pending = Task.CompletedTask;
        var ending = new EndingToken(callers, opened.Route.Reign.Over);
        var cancellationToken = ending.Token;
        try
        {
            attempts.Stage = OperationStage.Asking;
            opened.Route.Reign.ThrowIfOver();

            // Npgsql cancels nothing before it has the answer to BEGIN, and a server that hangs gives none. So neither the first
            // round trip nor the last is waited for longer than anybody wants it.
            var asking = AskAsync(attempts, opened, cancellationToken);
            pending = asking;
            var (transaction, doneBy) = await asking.WaitAsync(cancellationToken);
            if (doneBy is null)
            {
                // The ledger has answered: whatever was unknown before is known not to be committed.
                attempts.IsUnknown = false;
                attempts.Stage = OperationStage.Working;
                await attempts.Work(connection, transaction, opened.Route.Region, cancellationToken);
            }
            else
            {
                await OperationLedger.TouchAsync(connection, transaction, attempts.OperationId!, cancellationToken);
            }

            // The work need not have heeded its token, and a former writer may well be up.
            opened.Route.Reign.ThrowIfOver();
            attempts.Stage = OperationStage.Committing;
            pending = GuardedCommit.RunAsync(connection);
            await pending.WaitAsync(attempts.Patience, opener.Clock.Time, cancellationToken);
            return Outcome(attempts, doneBy);
        }
        finally
        {
            await ending.DisposeAsync();
            attempts.IsBroken = connection.FullState.HasFlag(ConnectionState.Broken);
            if (pending.IsCompleted)
            {
                // It may have failed in the moment in which the wait for it ended.
                _ = pending.Exception;
                await ClosedConnection.OfAsync(connection);
            }
            else
            {
                _ = DisposeAfterAsync(pending, connection);
            }
        }
    }

    /// <returns>Null when the work is to be done now; otherwise the call that has done it.</returns>
    private static async Task<Guid?> EnterAsync(
        OperationAttempts attempts, NpgsqlConnection connection, NpgsqlTransaction transaction, WriterRoute route, CancellationToken cancellationToken)
    {
        if (attempts.OperationId is { } id)
        {
            return await OperationLedger.EnterAsync(connection, transaction, id, attempts.CallId, route, cancellationToken);
        }

        await OperationLedger.CheckFenceAsync(connection, transaction, route, cancellationToken);
        return null;
    }

    private static async Task<(NpgsqlTransaction Transaction, Guid? DoneBy)> AskAsync(OperationAttempts attempts, OpenedWriter opened, CancellationToken cancellationToken)
    {
        var transaction = await opened.Connection.BeginTransactionAsync(cancellationToken);
        return (transaction, await EnterAsync(attempts, opened.Connection, transaction, opened.Route, cancellationToken));
    }

    /// <summary>What nobody waits for any more keeps its connection until it ends.</summary>
    private static async Task DisposeAfterAsync(Task pending, NpgsqlConnection connection)
    {
        await pending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ClosedConnection.OfAsync(connection);
    }

    private OperationOutcome Outcome(OperationAttempts attempts, Guid? doneBy)
    {
        if (doneBy is { } callId && callId != attempts.CallId)
        {
            return OperationOutcome.AlreadyCommitted;
        }

        if (doneBy is not null)
        {
            RegionMetrics.CountResolved(opener.Dependency);
        }

        return OperationOutcome.Committed;
    }

    /// <summary>Decides after a failure. Sets what is known and unknown; true to run again, false to throw it as it is.</summary>
    /// <exception cref="OutcomeUnknownException">Time is up and a commit is still unknown.</exception>
    private bool ShallRepeat(OperationAttempts attempts, OpenedWriter? opened, Exception exception)
    {
        if (attempts.Stage == OperationStage.Committing)
        {
            attempts.EndedWithItsWriter |= opened is { Route.Reign.IsOver: true };
            attempts.IsUnknown = IsUnanswered(exception, attempts.IsBroken || IsOver(opened, exception));
        }

        SeenFailure? seen = null;
        if (opened is { } writer && FailureClassifier.OfUse(exception, attempts.IsBroken) is { } failure)
        {
            seen = writer.Route.Report(failure);
        }

        if (exception is FormerWriterException former)
        {
            // Probes go over connections of their own and may well be right about the region: new connections may be, too.
            attempts.Astray = former.Message;
            recorder.Count(null, static counts => counts with { Blocked = counts.Blocked + 1 });
            opened!.Value.Route.Pool.Forget();
            seen = opened.Value.Route.Report(former.Failure);
        }

        if (attempts is { IsUnknown: true, OperationId: null })
        {
            // Nothing tells later whether it was done, so it is not done again.
            return GiveUp(attempts, exception);
        }

        var repeatable = seen is not null
            || IsOver(opened, exception)
            || attempts.IsUnknown
            || FailureClassifier.IsConflict(exception)
            || (attempts.Stage == OperationStage.Asking && exception is ObjectDisposedException);
        if (!repeatable || exception is WriterUnavailableException || opener.IsDisposed)
        {
            return GiveUp(attempts, exception);
        }

        attempts.Deadline ??= Deadline.In(attempts.Patience, opener.Clock);
        attempts.Seen = seen ?? attempts.Seen;
        return !attempts.Deadline.Value.IsPast || GiveUp(attempts, exception, isOver: IsOver(opened, exception));
    }

    /// <summary>True when the attempt was ended because another writer was elected meanwhile.</summary>
    private static bool IsOver(OpenedWriter? opened, Exception exception) =>
        opened is { Route.Reign.IsOver: true } && FailureClassifier.IsCancellation(exception);

    /// <returns>False: the exception is thrown as it is. It may be, because nothing is unknown.</returns>
    private static bool GiveUp(OperationAttempts attempts, Exception exception, bool isOver = false)
    {
        if (attempts.IsUnknown)
        {
            throw Unknown(attempts, exception);
        }

        // Not the caller's own cancellation: a token of ours, of which the caller knows nothing.
        var why = isOver ? "The writer was replaced, and no time is left." : exception is FormerWriterException or WriterUnavailableException ? attempts.Astray : null;
        if (why is not null)
        {
            throw new WriterUnavailableException($"{attempts.Name} is not committed. {why}{(exception is WriterUnavailableException ? $" {exception.Message}" : "")}", exception);
        }

        return false;
    }

    /// <summary>True when COMMIT may have been done although we were not told so.</summary>
    private static bool IsUnanswered(Exception exception, bool isBroken) => exception switch
    {
        PostgresException => !FailureClassifier.IsRolledBackAtCommit(exception),
        CommitNotReplicatedException or TimeoutException => true,

        // Refused on our side, before anything was sent: a reader left open, a transaction ended by the work.
        _ => isBroken,
    };

    private static OutcomeUnknownException Unknown(OperationAttempts attempts, Exception inner) => new(
        attempts.OperationId,
        (attempts.OperationId is null
            ? "The commit got no answer: the work may or may not be committed, and without an operation id nothing tells. Look into the data before it is done again; ExecuteAsync with an operation id does it exactly once. "
            : $"The commit of operation '{attempts.OperationId}' got no answer, and no writer could be asked within {attempts.Patience.TotalSeconds:0.###} s: it may or may not be committed. "
                + "Call ExecuteAsync again with the same operation id; it will be done exactly once. ")
            + (inner is WriterUnavailableException ? inner.Message : "").TrimEnd(),
        inner);
}

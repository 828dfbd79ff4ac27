using Npgsql;
using Resilience.Diagnostics;
using Resilience.Internal;

namespace Resilience.Postgres;

/// <summary>
/// Runs a write exactly once. An attempt that failed before its COMMIT was sent is known to be rolled back; one whose
/// COMMIT got no answer is unknown. Both are run again: entering the operation in the ledger tells the second kind
/// whether it had committed, and only if not is the work done anew.
/// </summary>
internal sealed class OperationExecutor(WriterOpener opener, Action<WriterRoute> onCommitted)
{
    public async Task<OperationOutcome> ExecuteAsync(
        string operationId,
        Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task> work,
        TimeSpan patience,
        CancellationToken cancellationToken)
    {
        var attempts = new OperationAttempts(operationId, Guid.NewGuid(), work, patience);
        while (true)
        {
            var opened = await OpenAsync(attempts, cancellationToken);
            try
            {
                var outcome = await AttemptAsync(attempts, opened, cancellationToken);
                onCommitted(opened.Route);
                return outcome;
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

    private async ValueTask<OpenedWriter> OpenAsync(OperationAttempts attempts, CancellationToken cancellationToken)
    {
        var deadline = attempts.Deadline ?? Deadline.In(attempts.Patience, opener.Clock);
        try
        {
            return await opener.OpenAsync(attempts.Seen, attempts.Patience, deadline, cancellationToken);
        }
        catch (WriterUnavailableException exception) when (attempts.IsUnknown)
        {
            throw Unknown(attempts, exception);
        }
    }

    private async Task<OperationOutcome> AttemptAsync(OperationAttempts attempts, OpenedWriter opened, CancellationToken cancellationToken)
    {
        var connection = opened.Connection;
        var committing = Task.CompletedTask;
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var done = await OperationLedger.EnterAsync(connection, transaction, attempts.OperationId, attempts.CallId, cancellationToken);
            if (done is { } callId)
            {
                return Told(attempts, callId);
            }

            // The ledger has answered: whatever was unknown before is known not to be committed.
            attempts.IsUnknown = false;
            await attempts.Work(connection, transaction, cancellationToken);
            attempts.IsUnknown = true;
            committing = transaction.CommitAsync(CancellationToken.None);
            await committing.WaitAsync(attempts.Patience, opener.Clock.Time, cancellationToken);
            return OperationOutcome.Committed;
        }
        finally
        {
            ReturnAfter(committing, connection);
            await (committing.IsCompleted ? connection.DisposeAsync() : ValueTask.CompletedTask);
        }
    }

    /// <summary>A commit that nobody waits for any more keeps its connection until it ends.</summary>
    private static void ReturnAfter(Task committing, NpgsqlConnection connection)
    {
        if (!committing.IsCompleted)
        {
            _ = committing.ContinueWith(
                async _ => await connection.DisposeAsync(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private OperationOutcome Told(OperationAttempts attempts, Guid callId)
    {
        if (callId != attempts.CallId)
        {
            return OperationOutcome.AlreadyCommitted;
        }

        RegionMetrics.CountResolved(opener.Dependency);
        return OperationOutcome.Committed;
    }

    private bool ShallRepeat(OperationAttempts attempts, OpenedWriter opened, Exception exception)
    {
        if (attempts.IsUnknown && FailureClassifier.IsRolledBackAtCommit(exception))
        {
            attempts.IsUnknown = false;
        }

        var seen = opener.Report(opened.Set, opened.Route, exception);
        var repeatable = seen is not null || attempts.IsUnknown || FailureClassifier.IsConflict(exception) || exception is ObjectDisposedException;
        if (!repeatable)
        {
            return false;
        }

        attempts.Deadline ??= Deadline.In(attempts.Patience, opener.Clock);
        if (attempts.Deadline.Value.IsPast)
        {
            return attempts.IsUnknown ? throw Unknown(attempts, exception) : false;
        }

        attempts.Seen = seen ?? attempts.Seen;
        return true;
    }

    private static OutcomeUnknownException Unknown(OperationAttempts attempts, Exception inner) => new(
        attempts.OperationId,
        $"The commit of operation '{attempts.OperationId}' got no answer, and no writer could be asked within {attempts.Patience.TotalSeconds:0.###} s: it may or may not be committed. "
            + $"Call ExecuteAsync again with the same operation id; it will be done exactly once. {(inner is WriterUnavailableException ? inner.Message : "")}".TrimEnd(),
        inner);
}

namespace Resilience.Internal;

/// <summary>Waiting for a task that may take longer than anybody waits for it.</summary>
internal static class AbandonedTask
{
    /// <summary>Waits up to a limit; what the task brings after that is disposed, and its failure is observed.</summary>
    /// <exception cref="TimeoutException">The limit came first.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public static async Task<T> WaitAsync<T>(Task<T> task, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
        where T : IAsyncDisposable
    {
        try
        {
            return await task.WaitAsync(limit, time, cancellationToken);
        }
        catch (Exception)
        {
            // Also when it is completed by now: the wait may have ended a moment before.
            _ = DisposeLaterAsync(task);
            throw;
        }
    }

    private static async Task DisposeLaterAsync<T>(Task<T> task)
        where T : IAsyncDisposable
    {
        try
        {
            await (await task).DisposeAsync();
        }
#pragma warning disable CA1031 // Nobody waits for it any more.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Observed, and of no further interest.
        }
    }
}

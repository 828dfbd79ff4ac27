namespace Resilience.Redis.Connections;

/// <summary>
/// Waiting for commands. The client's asynchronous calls have no time-out in some versions and heed no token in any, so
/// whoever waits has a limit of its own and leaves the command to itself.
/// </summary>
internal static class Bounded
{
    /// <exception cref="OperationCanceledException">The token was cancelled first; the command may still be executed.</exception>
    public static Task<T> WaitAsync<T>(Task<T> command, CancellationToken cancellationToken)
    {
        Observe(command);
        return command.WaitAsync(cancellationToken);
    }

    /// <exception cref="TimeoutException">The limit came first; the command may still be executed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first; the command may still be executed.</exception>
    public static Task<T> WaitAsync<T>(Task<T> command, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        Observe(command);
        return command.WaitAsync(limit, time, cancellationToken);
    }

    /// <summary>A failure that comes when nobody waits any more must not be reported as unobserved.</summary>
    private static void Observe(Task command) =>
        _ = command.ContinueWith(
            static task => _ = task.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
}

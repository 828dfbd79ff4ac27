namespace Resilience.Internal;

/// <summary>
/// Cancelling where whoever registered on the token may block: a database client connects to a server that hangs to tell it
/// so. It has a thread of its own, because a few such waits on those of the pool would starve it, and everything else with it.
/// </summary>
internal static class BlockingCancellation
{
    /// <summary>Never fails: what those on the token throw is not the canceller's affair.</summary>
    /// <returns>A task that ends when all of them have been told.</returns>
    public static Task RunAsync(CancellationTokenSource source) => Task.Factory.StartNew(
        static state =>
        {
            try
            {
                ((CancellationTokenSource)state!).Cancel();
            }
            catch (AggregateException)
            {
                // The work is over for us all the same.
            }
        },
        source,
        CancellationToken.None,
        TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
        TaskScheduler.Default);

    /// <summary>The same for a source that nobody needs afterwards.</summary>
    public static async Task RunAndDisposeAsync(CancellationTokenSource source)
    {
        await RunAsync(source);
        source.Dispose();
    }
}

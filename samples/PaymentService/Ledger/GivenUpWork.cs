namespace PaymentService.Ledger;

/// <summary>What is left of a question to the ledger that nobody waits for any more.</summary>
internal static class GivenUpWork
{
    /// <summary>Cancels it and watches its end. Not to be waited for: a server that does not answer does not answer to a cancellation either.</summary>
    /// <param name="work">What was given up; its failure is of no interest.</param>
    /// <param name="cancellation">What it runs under; disposed when the work has ended.</param>
    /// <param name="blocks">Whether a server may be connected that does not answer: Npgsql tells it over another connection, and blocks its thread meanwhile.</param>
    public static async Task EndAsync(Task work, CancellationTokenSource cancellation, bool blocks)
    {
        var cancelling = blocks
            ? Task.Factory.StartNew(cancellation.Cancel, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            : cancellation.CancelAsync();
        await cancelling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.Dispose();
    }
}

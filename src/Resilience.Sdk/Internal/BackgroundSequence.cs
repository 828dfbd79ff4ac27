namespace Resilience.Internal;

/// <summary>Runs what it is given one after the other, in the order it was given, on no caller's time. Nothing runs while there is nothing to do.</summary>
/// <remarks>Thread-safe. What an action throws is lost; it has to say by itself that it failed.</remarks>
internal sealed class BackgroundSequence(TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly Lock _lock = new();
    private Task _last = Task.CompletedTask;

    /// <returns>Ends when it has run.</returns>
    public Task Add(Action action)
    {
        lock (_lock)
        {
            return _last = _last.ContinueWith(_ => action(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <summary>Waits until all that was given has run, for 5 seconds at most: a disk may hang.</summary>
    public async ValueTask DisposeAsync()
    {
        Task last;
        lock (_lock)
        {
            last = _last;
        }

        await last.WaitAsync(Patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}

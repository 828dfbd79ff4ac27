namespace Resilience.Internal;

/// <summary>An auto-reset event for one waiting loop: any number of sets before a wait wake it once.</summary>
internal sealed class Signal
{
    private TaskCompletionSource _raised = New();

    public void Set() => Volatile.Read(ref _raised).TrySetResult();

    /// <summary>Waits until set, or until <paramref name="limit"/> has passed, whichever is first.</summary>
    public async Task WaitAsync(TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        var raised = Volatile.Read(ref _raised).Task;
        if (!raised.IsCompleted)
        {
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(raised, Task.Delay(limit, time, enough.Token));
            await enough.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }

        if (raised.IsCompleted)
        {
            Interlocked.Exchange(ref _raised, New());
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

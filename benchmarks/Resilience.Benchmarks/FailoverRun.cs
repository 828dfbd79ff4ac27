using Resilience.TestKit;

namespace Resilience.Benchmarks;

/// <summary>One kill under load for one contestant.</summary>
internal static class FailoverRun
{
    private const int Writers = 16;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan UntilPromotion = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromMilliseconds(10);

    public static async Task<FailoverFigures> RunAsync(
        FailoverContestant contestant, PostgresServer writer, PostgresServer standby, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var firstCommit = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var promoted = long.MaxValue;
        var failed = 0;
        await using var source = contestant.Source;
        var writers = Enumerable.Range(0, Writers).Select(_ => Task.Run(WriteAsync, cancellationToken)).ToList();

        await Task.Delay(WarmUp, time, cancellationToken);
        await writer.KillAsync(cancellationToken);
        await Task.Delay(UntilPromotion, time, cancellationToken);
        await standby.PromoteAsync(cancellationToken);
        Volatile.Write(ref promoted, time.GetTimestamp());
        var first = await firstCommit.Task.WaitAsync(Patience, time, cancellationToken);
        await Task.Delay(Aftermath, time, cancellationToken);
        await stop.CancelAsync();
        await Task.WhenAll(writers);
        return new FailoverFigures(time.GetElapsedTime(promoted, first).TotalMilliseconds, failed);

        async Task WriteAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await contestant.WriteAsync(Guid.NewGuid().ToString("N"), stop.Token);
                    var done = time.GetTimestamp();
                    if (done > Volatile.Read(ref promoted))
                    {
                        firstCommit.TrySetResult(done);
                    }
                }
                catch (OperationCanceledException) when (stop.IsCancellationRequested)
                {
                    return;
                }
#pragma warning disable CA1031 // Every kind of failure counts.
                catch (Exception) when (!stop.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    Interlocked.Increment(ref failed);
                    await Task.Delay(RestAfterFailure, time, CancellationToken.None);
                }
            }
        }
    }
}

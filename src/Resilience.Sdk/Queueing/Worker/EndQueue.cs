using Microsoft.Extensions.Logging;
using Resilience.Internal;
using Resilience.Queueing.Stores;

namespace Resilience.Queueing.Worker;

/// <summary>Gives leases back, all that wait in one statement: what ends while one is under way goes into the next.</summary>
/// <param name="queue">The queue's name.</param>
/// <param name="store">Where it is.</param>
/// <param name="stored">Told of each completion that is stored.</param>
/// <param name="gather">How long to wait for more before each statement; asked anew each time.</param>
/// <param name="patience">How long a statement may take.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">For what could not be given back.</param>
internal sealed partial class EndQueue(
    string queue, IQueueStore store, Action<QueueEntry, string> stored, Func<TimeSpan> gather, TimeSpan patience, TimeProvider time, ILogger logger)
{
    private const int Most = 500;
    private readonly Lock _lock = new();
    private List<(EndedLease Ended, TaskCompletionSource Done)> _waiting = [];
    private bool _isRunning;

    /// <summary>Gives a lease back. Does not fail: what cannot be given back ends by itself.</summary>
    public Task AddAsync(EndedLease ended)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiting.Add((ended, done));
            if (!_isRunning)
            {
                _isRunning = true;
                _ = Task.Run(RunAsync);
            }
        }

        return done.Task;
    }

    private async Task RunAsync()
    {
        while (true)
        {
            if (gather() is { Ticks: > 0 } wait)
            {
                await Task.Delay(wait, time);
            }

            List<(EndedLease Ended, TaskCompletionSource Done)> batch;
            lock (_lock)
            {
                batch = _waiting.Count > Most ? _waiting[..Most] : _waiting;
                _waiting = _waiting.Count > Most ? _waiting[Most..] : [];
                if (batch.Count == 0)
                {
                    _isRunning = false;
                    return;
                }
            }

            try
            {
                var generation = store.Generation;
                using var limit = new CancellationTokenSource(patience, time);
                var valid = await store.EndAsync(queue, batch.ConvertAll(one => one.Ended), limit.Token).AsTask().WaitAsync(patience, time);
                foreach (var (ended, _) in batch)
                {
                    if (!valid.Contains(ended.Lease.Token))
                    {
                        Guarded.Run(() => LogLost(logger, queue, ended.Lease.Attempt));
                    }
                    else if (ended.End.State == EntryState.Done)
                    {
                        stored(ended.Lease.Entry, generation);
                    }
                }
            }
#pragma warning disable CA1031 // The leases run out, and the entries are claimed again.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Guarded.Run(() => LogFailed(logger, exception, queue, batch.Count));
            }

            batch.ForEach(one => one.Done.TrySetResult());
        }
    }

    [LoggerMessage(1810, LogLevel.Warning, "'{Queue}': a request's lease had run out before attempt {Attempt} ended; another worker has it")]
    private static partial void LogLost(ILogger logger, string queue, int attempt);

    [LoggerMessage(1811, LogLevel.Warning, "'{Queue}': the ends of {Count} requests could not be stored; they are claimed again when their leases run out")]
    private static partial void LogFailed(ILogger logger, Exception exception, string queue, int count);
}

using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Resilience.Diagnostics;
using Resilience.Internal;

namespace Resilience.Degradation.Alerts;

/// <summary>
/// Passes alerts on to every sink, each with a queue and a loop of its own: one that is slow or down delays no other, and
/// nobody waits for any. When a sink's queue is full the oldest notice goes, because the newest says how things are.
/// </summary>
internal sealed partial class AlertDispatcher : IAsyncDisposable
{
    private const int QueueLength = 256;
    private const int MostTries = 6;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly Jitter _jitter;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(Channel<AlertNotice> Queue, Task Loop)> _sinks;

    public AlertDispatcher(IEnumerable<IAlertSink> sinks, TimeProvider time, Random random, ILogger<AlertDispatcher> logger)
    {
        _time = time;
        _jitter = new Jitter(random);
        _logger = logger;
        _sinks = [.. sinks.Select(Start)];
    }

    /// <summary>Logs and counts an alert and gives it to all sinks. Returns at once.</summary>
    public void Dispatch(AlertNotice alert)
    {
        var firing = alert.EndsAt is null;
        Guarded.Run(() =>
        {
            DegradationMetrics.CountAlert(alert.Service, alert.Severity.ToString(), firing ? "firing" : "resolved");
            if (firing)
            {
                LogFiring(_logger, alert.Severity, alert.Service, alert.Message, alert.Dependency);
            }
            else
            {
                LogResolved(_logger, alert.Service, alert.Message, alert.Dependency);
            }
        });
        foreach (var (queue, _) in _sinks)
        {
            queue.Writer.TryWrite(alert);
        }
    }

    /// <summary>Delivers what is queued, for a while, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _sinks.ForEach(sink => sink.Queue.Writer.TryComplete());
        var all = Task.WhenAll(_sinks.Select(sink => sink.Loop));
        try
        {
            await all.WaitAsync(LongestStop, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            await _stop.CancelAsync();
            await all;
        }

        _stop.Dispose();
    }

    private (Channel<AlertNotice> Queue, Task Loop) Start(IAlertSink sink)
    {
        var queue = Channel.CreateBounded<AlertNotice>(new BoundedChannelOptions(QueueLength) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        return (queue, Task.Run(() => DeliverAsync(sink, queue.Reader, _stop.Token)));
    }

    private async Task DeliverAsync(IAlertSink sink, ChannelReader<AlertNotice> queue, CancellationToken stop)
    {
        try
        {
            await foreach (var alert in queue.ReadAllAsync(stop))
            {
                await DeliverAsync(sink, alert, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The application stops.
        }
    }

    private async Task DeliverAsync(IAlertSink sink, AlertNotice alert, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var limit = new CancellationTokenSource(Timeout, _time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
                await sink.SendAsync(alert, either.Token).WaitAsync(Timeout, _time, stop);
                return;
            }
#pragma warning disable CA1031 // Whatever a sink throws, the alert is tried again.
            catch (Exception exception) when (!stop.IsCancellationRequested)
#pragma warning restore CA1031
            {
                if (attempt == MostTries)
                {
                    Guarded.Run(() => LogLost(_logger, sink.Name, alert.Message, attempt, exception.GetType().Name));
                    return;
                }
            }

            await Task.Delay(Growth.Doubled(FirstPause, attempt - 1, LongestPause) * (0.5 + (0.5 * _jitter.Next())), _time, stop);
        }
    }

    [LoggerMessage(1603, LogLevel.Error, "Alert ({Severity}) of '{Service}': {Message} ('{Dependency}' is down)")]
    private static partial void LogFiring(ILogger logger, AlertSeverity severity, string service, string message, string dependency);

    [LoggerMessage(1604, LogLevel.Information, "Alert of '{Service}' is resolved: {Message} ('{Dependency}' is back)")]
    private static partial void LogResolved(ILogger logger, string service, string message, string dependency);

    [LoggerMessage(1605, LogLevel.Error, "'{Sink}' did not take the alert '{Message}' in {Attempts} tries ({Reason}); it is given up")]
    private static partial void LogLost(ILogger logger, string sink, string message, int attempts, string reason);
}

using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Resilience.Internal;

namespace Resilience.Degradation.Alerts;

/// <summary>Delivers to one sink, in order, and tries again for a while when it fails.</summary>
internal sealed partial class SinkLoop
{
    private const int MostTries = 6;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly IAlertSink _sink;
    private readonly Channel<AlertNotice> _queue;
    private readonly TimeProvider _time;
    private readonly Jitter _jitter;
    private readonly ILogger _logger;

    public SinkLoop(IAlertSink sink, Channel<AlertNotice> queue, TimeProvider time, Jitter jitter, ILogger logger, CancellationToken stop)
    {
        _sink = sink;
        _queue = queue;
        _time = time;
        _jitter = jitter;
        _logger = logger;
        Done = Task.Run(() => RunAsync(stop), CancellationToken.None);
    }

    /// <summary>Ends when all is delivered after <see cref="Complete"/>.</summary>
    public Task Done { get; }

    public bool Deduplicates => _sink.Deduplicates;

    public void Add(AlertNotice alert) => _queue.Writer.TryWrite(alert);

    public void Complete() => _queue.Writer.TryComplete();

    private async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await foreach (var alert in _queue.Reader.ReadAllAsync(stop))
            {
                await DeliverAsync(alert, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The application stops.
        }
    }

    private async Task DeliverAsync(AlertNotice alert, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var limit = new CancellationTokenSource(Timeout, _time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
                await _sink.SendAsync(alert, either.Token).WaitAsync(Timeout, _time, stop);
                return;
            }
#pragma warning disable CA1031 // Whatever a sink throws, the alert is tried again.
            catch (Exception exception) when (!stop.IsCancellationRequested)
#pragma warning restore CA1031
            {
                if (attempt == MostTries)
                {
                    Guarded.Run(() => LogLost(_logger, _sink.Name, alert.Message, attempt, exception.GetType().Name));
                    return;
                }
            }

            await Task.Delay(Growth.Doubled(FirstPause, attempt - 1, LongestPause) * (0.5 + (0.5 * _jitter.Next())), _time, stop);
        }
    }

    [LoggerMessage(1605, LogLevel.Error, "'{Sink}' did not take the alert '{Message}' in {Attempts} tries ({Reason}); it is given up")]
    private static partial void LogLost(ILogger logger, string sink, string message, int attempts, string reason);
}

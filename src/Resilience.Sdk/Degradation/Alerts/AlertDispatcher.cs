using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Resilience.Diagnostics;
using Resilience.Internal;

namespace Resilience.Degradation.Alerts;

/// <summary>
/// Passes alerts on to every sink. One loop finds out whether other replicas hold the alert, too; then each sink has a queue
/// and a loop of its own, so that one that is slow or down delays no other, and nobody waits for any. When a queue is full
/// the oldest notice goes, because the newest says how things are.
/// </summary>
internal sealed partial class AlertDispatcher : IAsyncDisposable
{
    /// <summary>How often those are told again that forget.</summary>
    public static readonly TimeSpan RepeatInterval = TimeSpan.FromMinutes(1);

    private const int QueueLength = 256;
    private static readonly TimeSpan LongestQuestion = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(5);

    private readonly IAlertHolders _holders;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<(AlertNotice Alert, AlertOccasion Occasion)> _notices = Bounded<(AlertNotice Alert, AlertOccasion Occasion)>();
    private readonly List<SinkLoop> _sinks;

    /// <summary>Alerts of which no other replica could be told.</summary>
    private readonly HashSet<string> _untold = new(StringComparer.Ordinal);
    private readonly Task _loop;

    public AlertDispatcher(IEnumerable<IAlertSink> sinks, IAlertHolders holders, TimeProvider time, Random random, ILogger<AlertDispatcher> logger)
    {
        _holders = holders;
        _time = time;
        _logger = logger;
        var jitter = new Jitter(random);
        _sinks = [.. sinks.Select(sink => new SinkLoop(sink, Bounded<AlertNotice>(), time, jitter, logger, _stop.Token))];
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Logs and counts an alert and gives it to the sinks. Returns at once.</summary>
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
        _notices.Writer.TryWrite((alert, AlertOccasion.Changed));
    }

    /// <summary>Says again that an alert still fires. Returns at once.</summary>
    public void Repeat(AlertNotice alert) => _notices.Writer.TryWrite((alert, AlertOccasion.Repeated));

    /// <summary>This replica stops, which says nothing of the dependency. Returns at once.</summary>
    public void Withdraw(AlertNotice alert) => _notices.Writer.TryWrite((alert, AlertOccasion.Withdrawn));

    /// <summary>Delivers what is queued, for a while, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _notices.Writer.TryComplete();
        var all = Task.WhenAll(_sinks.Select(sink => sink.Done).Append(_loop));
        try
        {
            await all.WaitAsync(LongestStop, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            await _stop.CancelAsync();
            await all;
        }
    }

    private static Channel<T> Bounded<T>() =>
        Channel.CreateBounded<T>(new BoundedChannelOptions(QueueLength) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private async Task RunAsync()
    {
        try
        {
            await foreach (var (alert, occasion) in _notices.Reader.ReadAllAsync(_stop.Token))
            {
                await LookAsync(alert, occasion);
            }
        }
        catch (OperationCanceledException)
        {
            // The application stops.
        }
        finally
        {
            _sinks.ForEach(sink => sink.Complete());
        }
    }

    private async Task LookAsync(AlertNotice alert, AlertOccasion occasion)
    {
        var enters = alert.EndsAt is null && occasion != AlertOccasion.Withdrawn;
        var alone = await IsAloneAsync(alert, enters);
        if (occasion == AlertOccasion.Withdrawn)
        {
            return;
        }

        foreach (var sink in _sinks)
        {
            // The first says that it begins, the last that it is over.
            if (enters ? sink.Deduplicates || (alone && occasion == AlertOccasion.Changed) : alone)
            {
                sink.Add(alert);
            }
        }

        if (!enters && !alone && occasion == AlertOccasion.Changed)
        {
            _ = LookAgainAsync(alert);
        }
    }

    /// <summary>The replica that held it last may have died without a word.</summary>
    private async Task LookAgainAsync(AlertNotice alert)
    {
        await Task.Delay(3 * RepeatInterval, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _notices.Writer.TryWrite((alert, AlertOccasion.Repeated));
    }

    /// <summary>When nobody can say, rather told twice than not at all.</summary>
    private async Task<bool> IsAloneAsync(AlertNotice alert, bool enters)
    {
        var key = alert.DeduplicationKey;
        try
        {
            using var limit = new CancellationTokenSource(LongestQuestion, _time);
            var asked = enters ? _holders.EnterAsync(key, limit.Token) : _holders.LeaveAsync(key, limit.Token);
            var alone = await asked.AsTask().WaitAsync(LongestQuestion, _time, _stop.Token);
            return _untold.Remove(key) && !enters || alone;
        }
#pragma warning disable CA1031 // Whatever keeps the answer away, the alert is told.
        catch (Exception exception) when (!_stop.IsCancellationRequested)
#pragma warning restore CA1031
        {
            _untold.Add(key);
            Guarded.Run(() => LogUncoordinated(_logger, alert.Message, exception.GetType().Name));
            return true;
        }
    }

    [LoggerMessage(1603, LogLevel.Error, "Alert ({Severity}) of '{Service}': {Message} ('{Dependency}' is down)")]
    private static partial void LogFiring(ILogger logger, AlertSeverity severity, string service, string message, string dependency);

    [LoggerMessage(1604, LogLevel.Information, "Alert of '{Service}' is resolved: {Message} ('{Dependency}' is back)")]
    private static partial void LogResolved(ILogger logger, string service, string message, string dependency);

    [LoggerMessage(1606, LogLevel.Warning, "It is not known whether other replicas tell of the alert '{Message}', too ({Reason}), so this one does")]
    private static partial void LogUncoordinated(ILogger logger, string message, string reason);
}

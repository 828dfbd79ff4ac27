using Microsoft.Extensions.Logging;
using Resilience.Internal;

namespace Resilience.Health.Watchdog;

/// <summary>
/// A thread of its own that does a round of work again and again, whatever the thread pool does. A round that fails is
/// logged, and the next one comes.
/// </summary>
internal sealed partial class WatchdogThread : IDisposable
{
    /// <summary>How often the process is looked at.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(5);
    private readonly Action _round;
    private readonly TimeSpan _period;
    private readonly ILogger _logger;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;
    private bool _failing;

    public WatchdogThread(string name, Action round, TimeSpan period, ILogger logger)
    {
        _period = period;
        _round = round;
        _logger = logger;
        _thread = new Thread(Run) { Name = name, IsBackground = true, Priority = ThreadPriority.AboveNormal };
    }

    public void Start() => _thread.Start();

    public void Dispose()
    {
        _stop.Set();
        if (_thread.ThreadState.HasFlag(ThreadState.Unstarted) || _thread.Join(LongestStop))
        {
            _stop.Dispose();
        }
    }

    private void Run()
    {
        do
        {
            try
            {
                _round();
                _failing = false;
            }
#pragma warning disable CA1031 // The loop survives every round.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                // Once, not four times a second.
                if (!_failing)
                {
                    Guarded.Run(() => LogFailed(_logger, exception, _thread.Name));
                }

                _failing = true;
            }
        }
        while (!_stop.Wait(_period));
    }

    [LoggerMessage(1410, LogLevel.Error, "A round of '{Thread}' failed; it goes on")]
    private static partial void LogFailed(ILogger logger, Exception exception, string? thread);
}

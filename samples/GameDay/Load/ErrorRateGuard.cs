using System.Globalization;
using GameDay.History;

namespace GameDay.Load;

/// <summary>The stop condition: an experiment ends itself when it hurts customers. Thread-safe.</summary>
internal sealed class ErrorRateGuard : IDisposable
{
    private const int MinRequests = 50;

    private readonly Lock _lock = new();
    private readonly Queue<(TimeSpan EndedAt, bool Failed)> _recent = new();
    private readonly CancellationTokenSource _tripped = new();
    private readonly TimeSpan _window;
    private readonly double _maxErrorRate;
    private int _failed;
    private bool _armed;

    /// <param name="rate">Requests per second; a slow load needs a longer window, or it could never hold enough of them.</param>
    /// <param name="maxErrorRate">The share of failed requests above which it trips.</param>
    public ErrorRateGuard(double rate, double maxErrorRate) =>
        (_window, _maxErrorRate) = (TimeSpan.FromSeconds(Math.Max(1, 1.2 * MinRequests / rate)), maxErrorRate);

    /// <summary>Cancelled when too many requests failed.</summary>
    public CancellationToken Tripped => _tripped.Token;

    /// <summary>What was seen when it tripped; null until then.</summary>
    public string? Reason { get; private set; }

    /// <summary>From now on it may trip; what came before, while the system warmed up, does not count.</summary>
    public void Arm()
    {
        lock (_lock)
        {
            _recent.Clear();
            _failed = 0;
            _armed = true;
        }
    }

    public void Observe(Operation operation)
    {
        lock (_lock)
        {
            if (!_armed)
            {
                return;
            }

            var failed = operation.Outcome == Outcome.Failed;
            _recent.Enqueue((operation.EndedAt, failed));
            _failed += failed ? 1 : 0;
            while (_recent.Peek().EndedAt < operation.EndedAt - _window)
            {
                _failed -= _recent.Dequeue().Failed ? 1 : 0;
            }

            if (Reason is not null || _recent.Count < MinRequests || _failed <= _maxErrorRate * _recent.Count)
            {
                return;
            }

            Reason = string.Create(
                CultureInfo.InvariantCulture,
                $"{_failed} of {_recent.Count} requests within {_window.TotalSeconds:0.#} s failed; the limit is {_maxErrorRate:P0}. One of them: {operation.Error}");
        }

        // Outside the lock, because whoever waits for it runs here. On another thread, because the caller is a client.
        _ = _tripped.CancelAsync();
    }

    public void Dispose() => _tripped.Dispose();
}

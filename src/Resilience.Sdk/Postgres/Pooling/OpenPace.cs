using Resilience.Internal;
using Resilience.Pipelines.Bulkhead;

namespace Resilience.Postgres.Pooling;

/// <summary>
/// Holds the turns of <see cref="OpenTurns"/> to a rate: a turn that has ended is given out again only when the next connection may be
/// made. So those in line wait for one thing, and a turn that is free can be taken without a look at any clock.
/// </summary>
/// <remarks>
/// Turns given out ahead (free or taken, and no connection begun) are at most the burst; turns held back + ahead + making = all
/// there are. Safe for concurrent use.
/// </remarks>
internal sealed class OpenPace : IDisposable
{
    private readonly Lock _lock = new();
    private readonly BulkheadLimiter _permits;
    private readonly MonotonicClock _clock;
    private readonly ITimer _timer;
    private readonly int _burst;
    private OpenRate _rate;
    private int _held;
    private int _ahead;

    /// <param name="permits">The turns, <see cref="OpenRate.Burst"/> of them at first.</param>
    /// <param name="mostMaking">How many turns there are in all.</param>
    /// <param name="perSecond">The rate.</param>
    /// <param name="time">The clock.</param>
    public OpenPace(BulkheadLimiter permits, int mostMaking, double perSecond, TimeProvider time)
    {
        _permits = permits;
        _clock = new MonotonicClock(time);
        _rate = new OpenRate(perSecond);
        _burst = _ahead = OpenRate.Burst(perSecond, mostMaking);
        _held = mostMaking - _burst;
        _timer = time.CreateTimer(static state => ((OpenPace)state!).Supply(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A connection is being made.</summary>
    /// <param name="hasTurn">False when whoever makes it had none; the rate counts it all the same.</param>
    public void Begun(bool hasTurn)
    {
        lock (_lock)
        {
            var now = _clock.Now;
            if (!hasTurn)
            {
                _rate.Charge(now);
            }
            else if (_ahead-- >= _burst)
            {
                // After a pause the burst is there, and not one more at once.
                _rate.Postpone(now, 1);
            }
        }

        Supply();
    }

    /// <summary>It is made, or could not be, and its turn is over.</summary>
    public void Ended()
    {
        lock (_lock)
        {
            _held++;
        }

        Supply();
    }

    /// <summary>
    /// Whoever else makes connections to the same server begins at the same moment, as after a switch: this one begins at a moment of
    /// its own within the interval.
    /// </summary>
    /// <param name="phase">Where in the interval, from 0 to 1.</param>
    public void Scatter(double phase)
    {
        var back = 0;
        while (_permits.TryAcquire())
        {
            back++;
        }

        lock (_lock)
        {
            _held += back;
            _ahead -= back;
            _rate.Postpone(_clock.Now, phase);
        }

        Supply();
    }

    public void Dispose() => _timer.Dispose();

    private void Supply()
    {
        var given = 0;
        lock (_lock)
        {
            var now = _clock.Now;
            while (_held > 0 && _ahead < _burst && _rate.TryTake(now))
            {
                _held--;
                _ahead++;
                given++;
            }

            if (_held > 0 && _ahead < _burst)
            {
                // A timer that fires a moment too early is set again.
                var until = _rate.Until(now);
                _timer.Change(until > TimeSpan.FromMilliseconds(1) ? until : TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
            }
        }

        for (; given > 0; given--)
        {
            _permits.Release();
        }
    }
}

namespace Resilience.Queueing.Worker;

/// <summary>
/// How fast a backlog may run against a dependency that has just come back. First one request alone; then the rate grows by a
/// step and a tenth for each second without a failure and halves with a failure (after AIMD: D. Chiu and R. Jain, 1989). While
/// live calls come back little by little it is capped at a quarter of them, and does not grow above that cap unseen, or it would
/// jump when they are all back (as RFC 7661 has it for a sender that does not use its window). Not thread-safe: one worker's.
/// </summary>
/// <remarks>
/// A backlog may wait, live calls may not. Both use the same processors, databases and connections, so when requests take twice
/// as long as they did at the slowest pace, the backlog is what fills the queues in between, and it gives way (a scavenger in
/// the sense of LEDBAT, RFC 6817: it yields to delay, not only to loss). Never below the first rate, or it would not end.
/// </remarks>
internal sealed class DrainPace
{
    private const double FirstRate = 10;
    private const double Step = 5;
    private const double Growth = 1.1;
    private const double HeldBackBelow = 100;
    private const double LeastRate = 1;
    private const double MostRate = 10_000;
    private const double ShareOfLive = 0.25;
    private const double LeastCap = 5;
    private const double SlowWhen = 2;
    private const double CutTo = 0.7;
    private const double Ageing = 1.01;
    private static readonly TimeSpan Noise = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private double _rate = MostRate;
    private double _tokens = 1;
    private TimeSpan _at;
    private TimeSpan _grownAt;
    private TimeSpan? _halvedAt;
    private bool _isTrial;
    private TimeSpan? _usual;
    private TimeSpan _took;
    private int _ended;

    /// <summary>Requests per second that are allowed now.</summary>
    public double Rate => _rate;

    /// <summary>Whether so few may run that claiming and ending each by itself would cost the store more than the requests do.</summary>
    public bool IsHeldBack => !_isTrial && _rate < HeldBackBelow;

    /// <summary>How many requests may begin now.</summary>
    /// <param name="now">The time.</param>
    /// <param name="signal">How the dependency is.</param>
    /// <param name="running">How many are running.</param>
    public int Permits(TimeSpan now, DrainSignal signal, int running)
    {
        var elapsed = now - _at;
        _at = now;
        if (!signal.IsCalled)
        {
            // Whatever comes next is a return.
            Begin();
            return 0;
        }

        if (signal.OnlyTrials)
        {
            // Where nobody else calls, a request of the queue is what finds out that the dependency is back.
            Begin();
        }

        if (_isTrial)
        {
            // A trial that failed rests, or finding out would keep the database busier than the work itself.
            return running == 0 && !(now - _halvedAt < Second) ? 1 : 0;
        }

        if (now - _grownAt >= Second)
        {
            _rate = NextRate(now - _grownAt);
            _grownAt = now;
        }

        var allowed = _rate;
        if (signal.Share < 1)
        {
            allowed = Math.Min(_rate, Math.Max(LeastCap, ShareOfLive * signal.LivePerSecond));
            _rate = Math.Min(_rate, Math.Max(FirstRate, allowed));
        }

        _tokens = Math.Min(Math.Max(1, allowed), _tokens + (allowed * elapsed.TotalSeconds));
        return (int)_tokens;
    }

    /// <summary>So many have begun.</summary>
    public void Began(int count) => _tokens -= count;

    /// <summary>A request ended, and not because the dependency is down.</summary>
    /// <param name="took">How long it took to carry it out; null when it was not carried out.</param>
    public void Succeeded(TimeSpan? took)
    {
        _isTrial = false;
        if (took is { } carriedOut)
        {
            _took += carriedOut;
            _ended++;
        }
    }

    /// <summary>The dependency failed. Failures of one moment count once.</summary>
    public void Failed(TimeSpan now)
    {
        if (now - _halvedAt < Second)
        {
            return;
        }

        _halvedAt = now;
        _grownAt = now;
        _rate = Math.Max(LeastRate, Math.Min(_rate, MostRate / 10) / 2);
    }

    private void Begin()
    {
        (_isTrial, _rate, _tokens) = (true, FirstRate, 0);
        (_usual, _took, _ended) = (null, TimeSpan.Zero, 0);
    }

    private double NextRate(TimeSpan elapsed)
    {
        var faster = Math.Min(MostRate, (Growth * _rate) + Step);
        if (_ended == 0)
        {
            return faster;
        }

        var average = _took / _ended;
        var reached = _ended / elapsed.TotalSeconds;
        (_took, _ended) = (TimeSpan.Zero, 0);
        // It grows slowly, because what was usual a minute ago need not be now.
        _usual *= Ageing;
        _usual = average < _usual ? average : _usual ?? average;

        // Without an outage before it there is no usual pace, and nothing is slowed.
        return _rate < MostRate && average > (SlowWhen * _usual.Value) + Noise
            ? Math.Max(FirstRate, CutTo * Math.Min(_rate, reached))
            : faster;
    }
}

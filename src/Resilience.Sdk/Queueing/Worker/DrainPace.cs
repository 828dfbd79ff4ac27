namespace Resilience.Queueing.Worker;

/// <summary>
/// How fast a backlog may run against a dependency that has just come back. First one request alone; then the rate grows by a
/// step for each second without a failure and halves with a failure (AIMD: D. Chiu and R. Jain, 1989). While live calls come
/// back little by little it is capped at a quarter of them. Not thread-safe: one worker's.
/// </summary>
internal sealed class DrainPace
{
    private const double FirstRate = 10;
    private const double Step = 20;
    private const double LeastRate = 1;
    private const double MostRate = 10_000;
    private const double ShareOfLive = 0.25;
    private const double LeastCap = 5;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private double _rate = MostRate;
    private double _tokens = 1;
    private TimeSpan _at;
    private TimeSpan _grownAt;
    private TimeSpan? _halvedAt;
    private bool _isTrial;

    /// <summary>Requests per second that are allowed now.</summary>
    public double Rate => _rate;

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
            (_isTrial, _rate, _tokens) = (true, FirstRate, 0);
            return 0;
        }

        if (signal.OnlyTrials)
        {
            // Where nobody else calls, a request of the queue is what finds out that the dependency is back.
            (_isTrial, _rate, _tokens) = (true, FirstRate, 0);
        }

        if (_isTrial)
        {
            return running == 0 ? 1 : 0;
        }

        if (now - _grownAt >= Second)
        {
            _grownAt = now;
            _rate = Math.Min(MostRate, _rate + Step);
        }

        var allowed = signal.Share < 1 ? Math.Min(_rate, Math.Max(LeastCap, ShareOfLive * signal.LivePerSecond)) : _rate;
        _tokens = Math.Min(Math.Max(1, allowed), _tokens + (allowed * elapsed.TotalSeconds));
        return (int)_tokens;
    }

    /// <summary>So many have begun.</summary>
    public void Began(int count) => _tokens -= count;

    public void Succeeded() => _isTrial = false;

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
}
